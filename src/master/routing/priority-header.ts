/** Which class a request says it is of. */
import { RequestError } from '../../errors.js';
import { PRIORITIES, type Priority } from '../../queue/waiting/priority.js';

export type Priorities = {
  /** Name of the header, in lower case. */
  readonly header: string;
  /** The share of dispatches that waiting requests of the lowest class get at least. */
  readonly lowShare: number;
};

export function prioritiesOf(settings: {
  readonly priorityHeader: string | undefined;
  readonly priorityShare: number;
}): Priorities | undefined {
  const { priorityHeader, priorityShare } = settings;
  if (priorityHeader === undefined) return undefined;
  return { header: priorityHeader.toLowerCase(), lowShare: priorityShare / 100 };
}

/**
 * Writes down the class that the header names; without it the request is normal.
 *
 * @param request its headers are a flat list of names and values
 * @returns what is wrong with the header
 */
export function readPriority(
  request: { readonly headers: readonly string[]; priority: Priority },
  name: string,
): RequestError | undefined {
  const { headers } = request;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const field = headers[i] as string;
    if (field.length !== name.length || field.toLowerCase() !== name) continue;
    const value = headers[i + 1] as string;
    const priority = PRIORITIES.find((one) => one === value.toLowerCase());
    if (priority === undefined) return unknown(name, value);
    request.priority = priority;
  }
  return undefined;
}

function unknown(name: string, value: string): RequestError {
  const expected = `expected one of ${PRIORITIES.join(', ')}, or no such header`;
  return new RequestError(
    'INVALID_INPUT',
    `the header "${name}": ${expected}, got "${value.slice(0, 64)}"`,
  );
}
