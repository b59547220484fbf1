/** What the lines of a head say, as far as that decides whether it is canonical. Pure. */

/** Methods, and whether they come with a body. */
const METHODS: ReadonlyMap<string, boolean> = new Map([
  ['POST', true],
  ['GET', false],
  ['PUT', true],
  ['PATCH', true],
  ['HEAD', false],
  ['DELETE', false],
  ['OPTIONS', false],
]);

/** At most 15 digits: as many as a number can hold exactly. */
const LENGTH = /^(?:0|[1-9][0-9]{0,14})$/;

export type CanonicalLines = {
  readonly method: string;
  readonly target: string;
  /** Flat list of names and values, as they came. */
  readonly rawHeaders: readonly string[];
};

type Fields = {
  readonly rawHeaders: string[];
  hosts: number;
  lengths: number;
  connections: number;
};

/**
 * @param text a whole head of the canonical form
 * @returns undefined when something in it is for `node:http` to judge
 */
export function canonicalLines(text: string): CanonicalLines | undefined {
  const methodEnd = text.indexOf(' ');
  const targetEnd = text.indexOf(' ', methodEnd + 1);
  const lineEnd = text.indexOf('\r\n', targetEnd);
  const method = text.slice(0, methodEnd);
  const hasBody = METHODS.get(method);
  const fields = fieldsFrom(text, lineEnd + 2);
  if (hasBody === undefined || fields === undefined) return undefined;
  if (fields.hosts !== 1 || fields.lengths !== (hasBody ? 1 : 0)) return undefined;
  return { method, target: text.slice(methodEnd + 1, targetEnd), rawHeaders: fields.rawHeaders };
}

/**
 * Whether a head that is not whole may still become one. It must be asked as soon
 * as there is more of it: `node:http` answers a fault at once, and does not wait
 * for the rest.
 *
 * @param text the beginning of a head of the canonical form
 */
export function isCanonicalSoFar(text: string): boolean {
  const methodEnd = text.indexOf(' ');
  if (methodEnd === -1) return isMethodSoFar(text);
  if (!METHODS.has(text.slice(0, methodEnd))) return false;
  const lineEnd = text.indexOf('\r\n');
  return lineEnd === -1 || fieldsFrom(text, lineEnd + 2) !== undefined;
}

function isMethodSoFar(text: string): boolean {
  for (const method of METHODS.keys()) if (method.startsWith(text)) return true;
  return false;
}

/** The last line may be cut off. */
function fieldsFrom(text: string, start: number): Fields | undefined {
  const fields: Fields = { rawHeaders: [], hosts: 0, lengths: 0, connections: 0 };
  let at = start;
  while (at < text.length) {
    const found = text.indexOf('\r\n', at);
    if (found === at) return fields;
    const colon = text.indexOf(':', at);
    if (colon === -1) return fields; // a name that is not whole says nothing yet
    const name = text.slice(at, colon);
    if (found === -1) {
      const begun = text.slice(colon + ': '.length).replace(/\r$/, '');
      return takeField(fields, name, begun, false) ? fields : undefined;
    }
    if (!takeField(fields, name, text.slice(colon + ': '.length, found), true)) return undefined;
    at = found + '\r\n'.length;
  }
  return fields;
}

/** False: it is for `node:http` to judge. The switch on the length spares most names the lower-casing. */
function takeField(fields: Fields, name: string, value: string, isWhole: boolean): boolean {
  fields.rawHeaders.push(name, value);
  switch (name.length) {
    case 4:
      if (name.toLowerCase() === 'host') fields.hosts += 1;
      return fields.hosts <= 1;
    case 6:
      return name.toLowerCase() !== 'expect';
    case 7:
      return name.toLowerCase() !== 'upgrade';
    case 10:
      return name.toLowerCase() !== 'connection' || isKeepAlive(fields, value, isWhole);
    case 14:
      return name.toLowerCase() !== 'content-length' || isLength(fields, value, isWhole);
    case 16:
      return name.toLowerCase() !== 'proxy-connection';
    case 17:
      return name.toLowerCase() !== 'transfer-encoding';
    default:
      return true;
  }
}

function isKeepAlive(fields: Fields, value: string, isWhole: boolean): boolean {
  fields.connections += 1;
  const lower = value.toLowerCase();
  const isRight = isWhole ? lower === 'keep-alive' : 'keep-alive'.startsWith(lower);
  return isRight && fields.connections === 1;
}

function isLength(fields: Fields, value: string, isWhole: boolean): boolean {
  fields.lengths += 1;
  return fields.lengths === 1 && (LENGTH.test(value) || (!isWhole && value === ''));
}
