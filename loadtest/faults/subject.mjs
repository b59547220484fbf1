/**
 * The model that is asked while faults happen. It answers { n } with what shows that it was
 * this model, this version and this request; and it does what else the instance says:
 * { ms } blocks, { loop } computes for ever, { leakKb } keeps memory, { bytes } makes the reply large.
 */
const VERSION = 0;
const cell = new Int32Array(new SharedArrayBuffer(4));
const kept = [];

export function predict(instances) {
  return instances.map(({ n, ms = 0, loop = false, leakKb = 0, bytes = 0 }) => {
    if (ms > 0) Atomics.wait(cell, 0, 0, ms);
    while (loop);
    // Numbers on V8's own heap, which --max-old-space-size bounds as well as a cgroup does.
    if (leakKb > 0) kept.push(Array.from({ length: leakKb * 128 }, (_, at) => at + 0.5));
    return { n, square: n * n, version: VERSION, text: 'x'.repeat(bytes) };
  });
}
