/**
 * The arguments that a text means, told apart as a shell does: by white space, save what stands
 * in single or double quotes. A quote that is not closed ends with the text.
 */
export function argumentsIn(text: string): string[] {
  const found = text.matchAll(/(?:[^\s"']+|"[^"]*"?|'[^']*'?)+/g);
  return [...found].map(([argument]) =>
    argument.replace(/"([^"]*)"?|'([^']*)'?/g, (_all, double?: string, single?: string) => {
      return double ?? single ?? '';
    }),
  );
}
