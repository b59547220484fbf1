/** What clients talk to: the server itself, or a proxy before it. */
import type { Trial } from './fault.js';

export type Front = { readonly port: number; stop(): Promise<void> };

export async function startFront(trial: Trial, port: number): Promise<Front> {
  if (trial.options.through === undefined) return { port, stop: async () => {} };
  throw new Error(`--through ${trial.options.through} is not there yet`);
}
