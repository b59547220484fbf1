/** In which form a client wants a reply that comes in pieces. */

/** Server-sent events; lines of JSON; all pieces in one JSON body. */
export type StreamForm = 'events' | 'lines' | 'whole';

const FORMS: ReadonlyMap<string, StreamForm> = new Map([
  ['text/event-stream', 'events'],
  ['text/*', 'events'],
  ['application/x-ndjson', 'lines'],
  ['application/ndjson', 'lines'],
  ['application/jsonl', 'lines'],
  ['application/*', 'lines'],
  ['*/*', 'lines'],
  ['application/json', 'whole'],
]);

/** What the `Accept` header likes best; of equals, what it names first. Lines when it does not say. */
export function streamFormOf(accept: string | undefined): StreamForm {
  let best: StreamForm = 'lines';
  let bestQuality = 0;
  for (const range of accept?.split(',') ?? []) {
    const [type = '', ...parameters] = range.split(';');
    const form = FORMS.get(type.trim().toLowerCase());
    const quality = qualityOf(parameters);
    if (form === undefined || quality <= bestQuality) continue;
    best = form;
    bestQuality = quality;
  }
  return best;
}

/** `q`, from 0 to 1; 1 when it is not given, 0 when it is nonsense. */
function qualityOf(parameters: readonly string[]): number {
  for (const parameter of parameters) {
    const value = /^\s*q\s*=\s*(?<value>\S*)\s*$/i.exec(parameter)?.groups?.value;
    if (value === undefined) continue;
    return /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(value) ? Number(value) : 0;
  }
  return 1;
}
