/**
 * The load, in a process of its own: its CPU is not counted and its event loop is not shared.
 * Reads an order from its standard input, writes what came of it.
 */
import { setPriority } from 'node:os';
import { text } from 'node:stream/consumers';
import { loadByAutocannon } from './autocannon.js';
import { loadInOpenLoop } from './open-loop.js';
import type { ClosedResult, OpenResult, Order } from './order.js';
import { loadBySockets } from './sockets.js';

/** Clients have machines of their own; here they get their turn at once where the system allows it. */
const CLIENT_PRIORITY = -10;

function hurry(): void {
  try {
    setPriority(CLIENT_PRIORITY);
  } catch {
    // Only root may. Its lateness is in the report.
  }
}

function obey(order: Order): Promise<ClosedResult | OpenResult> {
  if (order.kind === 'open') {
    hurry();
    return loadInOpenLoop(order);
  }
  return order.kind === 'sockets' ? loadBySockets(order) : loadByAutocannon(order);
}

const order = JSON.parse(await text(process.stdin)) as Order;
process.stdout.write(JSON.stringify(await obey(order)));
