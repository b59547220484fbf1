/**
 * Takes the time that the instance tells, `{ ms }`, and answers how long it took. With `sleeps`
 * it blocks its process without using a CPU; else it spins, as a model that computes does.
 */
const cell = new Int32Array(new SharedArrayBuffer(4));

export function predict(instances) {
  return instances.map(({ ms, sleeps = false }) => {
    const startedMs = performance.now();
    if (sleeps) Atomics.wait(cell, 0, 0, ms);
    else while (performance.now() - startedMs < ms);
    return performance.now() - startedMs;
  });
}
