/**
 * Headers that claim something which not everybody may claim: whose request it
 * is, who asks, from which page. They are taken out of a head as it is read, so
 * that a request without any costs one look at each name.
 */

/** Flat list of names in lower case and values, in the order in which they came. */
export type Claims = readonly string[];

const CODES = { a: 0x61, f: 0x66, o: 0x6f, x: 0x78 } as const;
const LOWER = 0x20;

/** The name in lower case; undefined for a header that claims nothing. */
export function claimName(name: string): string | undefined {
  switch (name.charCodeAt(0) | LOWER) {
    case CODES.x:
    case CODES.f:
    case CODES.a:
    case CODES.o: {
      const lower = name.toLowerCase();
      if (isOfProxy(lower) || isOfClient(lower)) return lower;
    }
  }
  // Much software takes "_" for "-": such a name may stand for another one.
  return name.includes('_') ? name.toLowerCase() : undefined;
}

/** What proxies say of who asked them. */
export function isOfProxy(name: string): boolean {
  return name.startsWith('x-forwarded-') || name === 'forwarded' || name === 'x-real-ip';
}

function isOfClient(name: string): boolean {
  return name === 'authorization' || name === 'x-api-key' || name === 'origin';
}

/** All values that came under a name. */
export function valuesOf(claims: Claims, name: string): string[] {
  const values: string[] = [];
  for (let i = 0; i + 1 < claims.length; i += 2) {
    if (claims[i] === name) values.push(claims[i + 1] as string);
  }
  return values;
}
