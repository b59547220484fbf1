const UNITS_MS = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const satisfies Record<
  string,
  number
>;

const FORM = /^(\d+(?:\.\d+)?|\.\d+)(ms|s|m|h)?$/i;

/**
 * Milliseconds of `250ms`, `30s`, `2m`, `1h` or `1.5s`; a bare number is seconds,
 * as in gunicorn and nginx. `undefined` when it is no duration.
 */
export function parseDuration(text: string): number | undefined {
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const unit = (match[2] ?? 's').toLowerCase() as keyof typeof UNITS_MS;
  // Rounded to microseconds: 1.1s is 1100 ms, not 1100.0000000000002.
  return Math.round(Number(match[1]) * UNITS_MS[unit] * 1000) / 1000;
}

/** The shortest exact form: 120000 → `2m`, 75000 → `75s`, 0.5 → `0.5ms`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s';
  for (const [unit, unitMs] of Object.entries(UNITS_MS)) {
    if (ms % unitMs === 0) return `${ms / unitMs}${unit}`;
  }
  return `${ms}ms`;
}
