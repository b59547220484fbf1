const UNITS_BYTES = { gb: 1024 ** 3, mb: 1024 ** 2, kb: 1024 };

const FORM = /^(\d+(?:\.\d+)?|\.\d+)(kb|mb|gb)?$/i;

/**
 * Bytes of `512kb`, `16mb`, `1gb` or `1.5mb` (1kb = 1024 bytes); a bare number is bytes.
 * `undefined` when it is no size.
 */
export function parseSize(text: string): number | undefined {
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const unit = match[2]?.toLowerCase() as keyof typeof UNITS_BYTES | undefined;
  return Math.round(Number(match[1]) * (unit === undefined ? 1 : UNITS_BYTES[unit]));
}

/** The shortest exact form: 33554432 → `32mb`, 8190 → `8190`. */
export function formatSize(bytes: number): string {
  for (const [unit, unitBytes] of Object.entries(UNITS_BYTES)) {
    if (bytes >= unitBytes && bytes % unitBytes === 0) return `${bytes / unitBytes}${unit}`;
  }
  return String(bytes);
}
