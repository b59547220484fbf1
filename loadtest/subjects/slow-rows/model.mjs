/** A model that needs 100 µs for each row, and answers the row's square. */
const ROW_MS = 0.1;

export const signature = {
  inputs: [{ name: 'x', dtype: 'float32', shape: [-1] }],
  outputs: [{ name: 'square', dtype: 'float32', shape: [-1] }],
};
/** It computes row by row: idle workers may take some. */
export const dataParallel = true;

export function predict({ x }) {
  return x.data.map((value) => {
    const startedMs = performance.now();
    while (performance.now() - startedMs < ROW_MS);
    return value * value;
  });
}
