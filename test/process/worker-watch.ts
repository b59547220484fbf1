/** How many workers there are over some time, as an operator sees them. */
import type { Status, TestServer } from './server.js';

function countOf({ workers }: Status, ...states: string[]): number {
  return workers.filter(({ state }) => states.includes(state)).length;
}

/** Looks at the status again and again, until `isOver`. @returns fewest ready, most processes */
export async function watchWorkers(
  server: TestServer,
  isOver: () => boolean,
): Promise<{ fewestReady: number; mostWorkers: number }> {
  let fewestReady = Number.POSITIVE_INFINITY;
  let mostWorkers = 0;
  while (!isOver()) {
    const status = await server.status();
    fewestReady = Math.min(fewestReady, countOf(status, 'ready', 'retiring'));
    mostWorkers = Math.max(mostWorkers, status.workers.length);
  }
  return { fewestReady, mostWorkers };
}
