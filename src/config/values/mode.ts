/** Permission bits as `chmod` writes them: `0660`, `660`. Undefined when it is no such number. */
export function parseMode(text: string): number | undefined {
  return /^(0|0?[0-7]{3})$/.test(text) ? Number.parseInt(text, 8) : undefined;
}

/** Always with its leading zero, so that it is not read as a decimal number. */
export function formatMode(mode: number): string {
  return `0${mode.toString(8).padStart(3, '0')}`;
}
