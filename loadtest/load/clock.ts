/** A monotonic clock that all threads and processes read the same; `performance.now()` differs by thread. */
export function clockMs(): number {
  const [seconds, nanos] = process.hrtime();
  return seconds * 1000 + nanos / 1e6;
}
