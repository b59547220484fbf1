/** The header of RFC 7239: `for=192.0.2.60;proto=https, for="[2001:db8::1]:4711"`. */

export type Hop = { readonly for?: string; readonly proto?: string };

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const PAIR = new RegExp(`\\s*(${TOKEN})=(?:(${TOKEN}(?::\\d+)?)|"((?:[^"\\\\]|\\\\.)*)")\\s*`, 'y');

/** The hops as they are written, the nearest last; none when any of it cannot be read. */
export function hopsOf(text: string): readonly Hop[] {
  const hops: Hop[] = [];
  let hop: Record<string, string> = {};
  let at = 0;
  while (at < text.length) {
    PAIR.lastIndex = at;
    const found = PAIR.exec(text);
    if (found === null) return [];
    const [, name = '', token, quoted = ''] = found;
    hop[name.toLowerCase()] = token ?? quoted.replace(/\\(.)/g, '$1');
    at = PAIR.lastIndex;
    const mark = text[at];
    if (mark !== undefined && mark !== ';' && mark !== ',') return [];
    if (mark !== ';') {
      hops.push(hop);
      hop = {};
    }
    at += 1;
  }
  return hops;
}
