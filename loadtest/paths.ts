/** The repository's root, seen from build/loadtest, where this runs. */
export const ROOT: URL = new URL('../../', import.meta.url);
