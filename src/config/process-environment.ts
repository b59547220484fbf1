/** The environment of this process, for one that it starts, with some variables more. */
export function environmentWith(
  additions: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  return { ...process.env, ...additions };
}
