/** Starts the process that makes the load, and takes its result. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { ClosedOrder, ClosedResult, OpenOrder, OpenResult, Order } from './order.js';

/** A load that hangs must not hang the run. */
const PATIENCE_MS = 60_000;

export async function generate(order: OpenOrder): Promise<OpenResult>;
export async function generate(order: ClosedOrder): Promise<ClosedResult>;
export async function generate(order: Order): Promise<OpenResult | ClosedResult> {
  const program = fileURLToPath(new URL('generate.js', import.meta.url));
  const child = spawn(process.execPath, [program], {
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: Math.ceil(lengthMs(order)) + PATIENCE_MS,
  });
  const ended = new Promise<number | string | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal ?? code));
  });
  child.stdin.end(JSON.stringify(order));
  const [result, how] = await Promise.all([text(child.stdout), ended]);
  if (how !== 0) throw new Error(`the load generator ended with ${how}`);
  return JSON.parse(result) as OpenResult | ClosedResult;
}

function lengthMs(order: Order): number {
  return order.kind === 'open' ? (order.arrivalsMs.at(-1) ?? 0) : order.seconds * 1000;
}
