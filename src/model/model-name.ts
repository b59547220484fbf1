/** What a model may be called: it stands in paths, in logs and as a label of metrics. */
export const MODEL_NAME: RegExp = /^[A-Za-z0-9._-]{1,128}$/;

/** @throws Error saying what `what`, such as `the export`, should be called instead */
export function checkModelName(name: string, what: string): void {
  if (MODEL_NAME.test(name) && name !== '.' && name !== '..') return;
  throw new Error(
    `${what} ${JSON.stringify(name)} cannot be a model's name; expected 1 to 128 letters, digits, dots, underscores or dashes`,
  );
}
