/** A tree that cannot be one: `tree 3, node 7: …`. */
export function treeFault(tree: number, node: number, problem: string): Error {
  return new Error(`tree ${tree}, node ${node}: ${problem}`);
}
