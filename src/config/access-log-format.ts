/** `--access-log-format`: gunicorn's atoms, such as `%(h)s "%(r)s" %({x-request-id}o)s`. */
import { didYouMean } from './closest-name.js';

/** Atoms of one letter, with what they stand for. */
export const ATOMS = {
  h: 'address of the client',
  l: '`-`',
  u: 'name of the user, of basic authentication',
  t: 'time, as `[26/Nov/2026:21:24:21 +0000]`',
  r: 'request line',
  m: 'method',
  U: 'path, without the query',
  q: 'query',
  H: 'protocol',
  s: 'status',
  B: 'bytes of the answer’s body',
  b: 'the same, or `-` for none',
  f: 'referer',
  a: 'user agent',
  T: 'whole seconds it took',
  M: 'whole milliseconds it took',
  D: 'microseconds it took',
  L: 'seconds it took, with six decimals',
  p: 'process id of the master, as `<123>`',
} as const;

export type Atom = keyof typeof ATOMS;

/** What `%({NAME}e)s` knows: the fields of our own JSON line, and names as CGI has them. */
export const FACTS = [
  'requestId',
  'model',
  'version',
  'route',
  'slot',
  'code',
  'rows',
  'bytesIn',
  'bytesOut',
  'queueMs',
  'runMs',
  'totalMs',
  'REMOTE_ADDR',
  'REQUEST_METHOD',
  'RAW_URI',
  'PATH_INFO',
  'QUERY_STRING',
  'SERVER_PROTOCOL',
] as const;

export type Fact = (typeof FACTS)[number];

export type AccessLogPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'atom'; readonly atom: Atom }
  /** Names of headers in lower case. */
  | { readonly kind: 'request header' | 'answer header'; readonly name: string }
  | { readonly kind: 'fact'; readonly name: Fact };

export type AccessLogFormat = readonly AccessLogPart[];

const PIECE = /%(?:(?<percent>%)|\((?<what>[^)]*)\)(?<form>[sd])|)/g;
const NAMED = /^\{(?<name>[^{}]+)\}(?<kind>[ioe])$/;
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/** The parts of a format, and what is wrong with it: nothing, or one sentence each. */
export function parseAccessLogFormat(text: string): {
  readonly parts: AccessLogFormat;
  readonly faults: readonly string[];
} {
  const parts: AccessLogPart[] = [];
  const faults: string[] = [];
  let end = 0;
  for (const match of text.matchAll(PIECE)) {
    addText(parts, text.slice(end, match.index));
    end = match.index + match[0].length;
    const { percent, what } = match.groups ?? {};
    if (percent !== undefined) addText(parts, '%');
    else if (what === undefined) faults.push(loosePercent(text.slice(match.index)));
    else addPart(what, parts, faults);
  }
  addText(parts, text.slice(end));
  return { parts, faults };
}

function addText(parts: AccessLogPart[], text: string): void {
  if (text !== '') parts.push({ kind: 'text', text });
}

function addPart(what: string, parts: AccessLogPart[], faults: string[]): void {
  if (Object.hasOwn(ATOMS, what)) {
    parts.push({ kind: 'atom', atom: what as Atom });
    return;
  }
  const { name, kind } = NAMED.exec(what)?.groups ?? {};
  if (name === undefined) faults.push(unknownAtom(what));
  else if (kind === 'e') addFact(name, parts, faults);
  else if (!HEADER_NAME.test(name)) faults.push(`${JSON.stringify(name)} is no name of a header`);
  else {
    const of = kind === 'i' ? 'request header' : 'answer header';
    parts.push({ kind: of, name: name.toLowerCase() });
  }
}

function addFact(name: string, parts: AccessLogPart[], faults: string[]): void {
  const known = FACTS.find((fact) => fact === name);
  if (known !== undefined) {
    parts.push({ kind: 'fact', name: known });
    return;
  }
  const hint = didYouMean(name, FACTS);
  const list = hint === '.' ? `; expected one of ${FACTS.join(', ')}` : hint;
  faults.push(`%({${name}}e)s: there is no such fact${list}`);
}

function unknownAtom(what: string): string {
  const known = `${Object.keys(ATOMS).join(' ')} {NAME}i {NAME}o {NAME}e`;
  return `there is no atom %(${what})s; expected one of ${known}`;
}

function loosePercent(rest: string): string {
  return `${JSON.stringify(rest.slice(0, 12))} is no atom; expected %(NAME)s, or %% for a percent sign`;
}
