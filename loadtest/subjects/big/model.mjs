/** Answers for each instance, `{ floats }`, a list of so many numbers: a large reply in JSON. */
const numbers = new Map();

export function predict(instances) {
  return instances.map(({ floats }) => {
    let row = numbers.get(floats);
    if (row === undefined) {
      row = Array.from({ length: floats }, (_, at) => Math.fround(1 / (at + 3)));
      numbers.set(floats, row);
    }
    return row;
  });
}
