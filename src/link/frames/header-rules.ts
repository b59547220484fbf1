import { validateHeaderName, validateHeaderValue } from 'node:http';

/** As `setHeader` takes it. */
export type HeaderValue = number | string | readonly string[];

/** All a header value may not contain; among it the line feed that ends a field on the link. */
const FORBIDDEN = /[^\t\x20-\x7e\x80-\xff]/;

/** Handlers use few names, but nothing stops one from making them up. */
const MAX_KNOWN = 1024;
const known = new Map<string, string>();

/** A header's name in lower case. Throws ERR_INVALID_HTTP_TOKEN, as Node does. */
export function headerKey(name: string): string {
  const key = known.get(name);
  if (key !== undefined) return key;
  validateHeaderName(name);
  const made = name.toLowerCase();
  if (known.size < MAX_KNOWN) known.set(name, made);
  return made;
}

/** Throws ERR_HTTP_INVALID_HEADER_VALUE or ERR_INVALID_CHAR, as Node does. */
export function checkHeaderValue(name: string, value: unknown): void {
  if (value === undefined || FORBIDDEN.test(value as string)) {
    validateHeaderValue(name, value as string);
  }
}

export function isValidText(text: string): boolean {
  return !FORBIDDEN.test(text);
}
