import { byBodySize } from '../growth/body-size.js';
import { byConnections } from '../growth/connections.js';
import { queueWait } from '../growth/queue-wait.js';
import { byRows } from '../growth/rows.js';
import { byWorkers } from '../growth/workers.js';
import { blockingTail } from './blocking-tail.js';
import { cpu } from './cpu.js';
import type { Goal } from './goal.js';
import { largeReply, largeRequest } from './large-bodies.js';
import { manyRows } from './many-rows.js';
import { master } from './master.js';
import { oneConnection } from './one-connection.js';
import { peers } from './peers.js';
import { sharedWeights } from './shared-weights.js';
import { start } from './start.js';
import { tail } from './tail.js';
import { throughput } from './throughput.js';

/** The goals in the order of their table, then how cost grows. */
export const GOALS: readonly Goal[] = [
  cpu,
  throughput,
  oneConnection,
  tail,
  blockingTail,
  master,
  largeReply,
  largeRequest,
  sharedWeights,
  start,
  manyRows,
  peers,
  byConnections,
  byWorkers,
  byBodySize,
  byRows,
  queueWait,
];
