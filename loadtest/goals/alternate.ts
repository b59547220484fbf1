/** Rounds in turn, the order turned round each time, so that nobody is always the second. */
export async function alternate<S, T>(
  servers: readonly S[],
  rounds: number,
  measure: (server: S, round: number) => Promise<T>,
): Promise<T[][]> {
  const results: T[][] = servers.map(() => []);
  for (let round = 1; round <= rounds; round += 1) {
    const inTurn = servers.map((server, at) => ({ server, at }));
    if (round % 2 === 0) inTurn.reverse();
    for (const { server, at } of inTurn) results[at]?.push(await measure(server, round));
  }
  return results;
}
