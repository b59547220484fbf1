const WIDTH = 100;
const INDENT = '  ';

/** JSON as this project's formatter leaves it: lists of plain values in one line where they fit. */
export function jsonText(value: unknown): string {
  return `${format(value, '', 0)}\n`;
}

/** @param before characters that stand in the first line already, the indent apart */
function format(value: unknown, indent: string, before: number): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = indent + INDENT;
  if (Array.isArray(value)) {
    const line = `[${value.map((item) => JSON.stringify(item)).join(', ')}]`;
    const isPlain = value.every((item) => typeof item !== 'object' || item === null);
    // One more for the comma that may follow.
    if (isPlain && indent.length + before + line.length < WIDTH) return line;
    return block(
      '[]',
      value.map((item) => format(item, inner, 0)),
      indent,
    );
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  const lines = entries.map(([key, item]) => {
    const name = `${JSON.stringify(key)}: `;
    return name + format(item, inner, name.length);
  });
  return block('{}', lines, indent);
}

function block(brackets: '[]' | '{}', items: readonly string[], indent: string): string {
  const [open, close] = brackets;
  if (items.length === 0) return brackets;
  const lines = items.map((item) => `${indent}${INDENT}${item}`);
  return `${open}\n${lines.join(',\n')}\n${indent}${close}`;
}
