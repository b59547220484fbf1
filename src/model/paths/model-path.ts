/** What a path says of a model, whatever the protocol; what exists is not asked here. */
export type ModelPath = {
  readonly name: string;
  readonly version?: string;
  readonly label?: string;
  /** What is asked of it, with its sign: `:predict`, `/metadata`, `/infer`; '' means the model itself. */
  readonly verb: string;
};

const ENCODED_SLASH = /%2f/i;

/**
 * Reads a path by a pattern with the groups `name`, `version`, `label` and `verb`, after its
 * percent-encoding is undone: `m%3Apredict` means `m:predict`. Undefined: no path of this pattern.
 * An encoded slash is no separator, and nothing that we name has one in it.
 */
export function readModelPath(path: string, pattern: RegExp): ModelPath | undefined {
  const plain = path.includes('%') ? decoded(path) : path;
  const { name, version, label, verb = '' } = pattern.exec(plain)?.groups ?? {};
  if (name === undefined) return undefined;
  return {
    name,
    ...(version === undefined ? {} : { version }),
    ...(label === undefined ? {} : { label }),
    verb,
  };
}

/** '' where the encoding is broken: it matches nothing. */
function decoded(path: string): string {
  if (ENCODED_SLASH.test(path)) return '';
  try {
    return decodeURIComponent(path);
  } catch {
    return '';
  }
}
