import type { IncomingHttpHeaders } from 'node:http';

/** What happens to the second header of a name; the rules of Node's `IncomingMessage`. */
type Joining = ', ' | '; ' | 'first wins' | 'array';

type Field = { readonly name: string; readonly joining: Joining };

const FIRST_WINS = new Set([
  'age',
  'authorization',
  'content-length',
  'content-type',
  'etag',
  'expires',
  'from',
  'host',
  'if-modified-since',
  'if-unmodified-since',
  'last-modified',
  'location',
  'max-forwards',
  'proxy-authorization',
  'referer',
  'retry-after',
  'server',
  'user-agent',
]);

/** Names come from clients, so only so many are remembered. */
const MAX_KNOWN = 1024;
const known = new Map<string, Field>();

/** The `headers` of a request from its flat raw headers. */
export function joinHeaders(raw: readonly string[]): IncomingHttpHeaders {
  const headers: Record<string, string | string[] | undefined> = {};
  for (let index = 0; index + 1 < raw.length; index += 2) {
    add(headers, raw[index] as string, raw[index + 1] as string);
  }
  return headers;
}

/** The `headersDistinct` of a request: every value of every name. */
export function separateHeaders(raw: readonly string[]): Record<string, string[]> {
  const headers: Record<string, string[]> = Object.create(null);
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] as string).toLowerCase();
    const values = headers[name];
    if (values === undefined) headers[name] = [raw[index + 1] as string];
    else values.push(raw[index + 1] as string);
  }
  return headers;
}

function add(
  headers: Record<string, string | string[] | undefined>,
  raw: string,
  value: string,
): void {
  const { name, joining } = fieldOf(raw);
  const before = headers[name];
  if (joining === 'array') {
    if (Array.isArray(before)) before.push(value);
    else headers[name] = [value];
  } else if (joining === 'first wins') {
    if (before === undefined) headers[name] = value;
  } else {
    // Not `=== undefined`: a header may be called like a method of Object.prototype.
    headers[name] = typeof before === 'string' ? before + joining + value : value;
  }
}

function fieldOf(raw: string): Field {
  const field = known.get(raw);
  if (field !== undefined) return field;
  const name = raw.toLowerCase();
  const made: Field = { name, joining: joiningOf(name) };
  if (known.size < MAX_KNOWN) known.set(raw, made);
  return made;
}

function joiningOf(name: string): Joining {
  if (name === 'set-cookie') return 'array';
  if (name === 'cookie') return '; ';
  return FIRST_WINS.has(name) ? 'first wins' : ', ';
}
