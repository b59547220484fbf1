/** Starts servers one after the other, hands them over, and ends them whatever happens. */
import { type Running, stopAll } from './running.js';

export async function together<T>(
  starts: readonly (() => Promise<Running>)[],
  use: (servers: readonly Running[]) => Promise<T>,
): Promise<T> {
  const servers: Running[] = [];
  try {
    for (const start of starts) servers.push(await start());
    return await use(servers);
  } finally {
    await stopAll(servers);
  }
}
