/** Which web pages may read our answers (CORS). Pure. */

export type OriginRules = {
  /** What to add to the answer to a request with this origin; undefined: nothing, or no CORS. */
  headersFor(origin: string | undefined): readonly string[] | undefined;
};

const ALLOWS = 'access-control-allow-origin';
const EXPOSED = 'x-request-id, retry-after, inference-header-content-length';
const VARY: readonly string[] = ['vary', 'origin'];
const ANYBODY: readonly string[] = [ALLOWS, '*', 'access-control-expose-headers', EXPOSED];

/** @param origins as `--cors-origins` has them; undefined when the list is empty */
export function originRules(origins: readonly string[]): OriginRules | undefined {
  if (origins.length === 0) return undefined;
  if (origins.includes('*')) {
    return { headersFor: (origin) => (origin === undefined ? undefined : ANYBODY) };
  }
  const allowed = new Map(origins.map((origin) => [origin.toLowerCase(), headersOf(origin)]));
  // Without Vary a cache would give the answer for one page to another one.
  return { headersFor: (origin) => allowed.get(origin?.toLowerCase() ?? '') ?? VARY };
}

function headersOf(origin: string): readonly string[] {
  return [ALLOWS, origin, 'access-control-expose-headers', EXPOSED, ...VARY];
}

/** A module that answers for itself which pages may read it is not contradicted. */
export function addCrossOrigin(headers: string[], crossOrigin: readonly string[]): void {
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i]?.toLowerCase() === ALLOWS) return;
  }
  headers.push(...crossOrigin);
}

/** Whether the headers of an answer let the page in. */
export function isAllowed(headers: readonly string[] | undefined): boolean {
  return headers?.[0] === ALLOWS;
}

/** A browser keeps the answer to its question for so long. */
const KEPT_SECONDS = '600';

/** What a page that is let in may do; `asked` is what its browser asked for. */
export function preflightHeaders(asked: string | undefined): string[] {
  return [
    'access-control-allow-methods',
    'GET, HEAD, POST, PUT, PATCH, DELETE',
    ...(asked === undefined ? [] : ['access-control-allow-headers', asked]),
    'access-control-max-age',
    KEPT_SECONDS,
  ];
}
