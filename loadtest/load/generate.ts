/**
 * The load, in a process of its own: its CPU is not counted and its event loop is not shared.
 * Reads an order from its standard input, writes what came of it.
 */
import { text } from 'node:stream/consumers';
import { loadByAutocannon } from './autocannon.js';
import { loadInOpenLoop } from './open-loop.js';
import type { ClosedResult, OpenResult, Order } from './order.js';
import { loadBySockets } from './sockets.js';

function obey(order: Order): Promise<ClosedResult | OpenResult> {
  if (order.kind === 'open') return loadInOpenLoop(order);
  return order.kind === 'sockets' ? loadBySockets(order) : loadByAutocannon(order);
}

const order = JSON.parse(await text(process.stdin)) as Order;
process.stdout.write(JSON.stringify(await obey(order)));
