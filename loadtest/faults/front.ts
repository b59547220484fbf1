/** What clients talk to: the server itself, or a proxy before it. */
import { startProxy } from '../proxies/proxy.js';
import type { Trial } from './fault.js';

export type Front = { readonly port: number; stop(): Promise<void> };

export async function startFront(trial: Trial, port: number): Promise<Front> {
  const { through } = trial.options;
  if (through === undefined) return { port, stop: async () => {} };
  return startProxy(through, `127.0.0.1:${port}`);
}
