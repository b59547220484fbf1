/** Text that stands in quotes as it is: printable ASCII without quote and backslash. */
export const PLAIN: RegExp = /^[ !#-[\]-~]*$/;
const STRANGE = /[^ !#-[\]-~]/g;
const CONTROL = /\p{Cc}/gu;

/**
 * Text of a client for a line that is no JSON: what is not printable ASCII becomes `\xHH` or
 * `\uHHHH`, quote and backslash get a backslash. So nobody can begin a line of his own.
 *
 * @param isQuoted false: the operator's own text, whose quotes and backslashes are meant
 */
export function escaped(text: string, isQuoted = true): string {
  if (PLAIN.test(text)) return text;
  return text.replace(isQuoted ? STRANGE : CONTROL, escapeOf);
}

function escapeOf(char: string): string {
  if (char === '"' || char === '\\') return `\\${char}`;
  const code = char.charCodeAt(0);
  return code < 256
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}
