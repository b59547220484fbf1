/** The smallest module: one prediction for each instance. */
export function predict(instances) {
  return instances.map((x) => 2 * x);
}
