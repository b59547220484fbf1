import { blockingTail } from './blocking-tail.js';
import { cpu } from './cpu.js';
import type { Goal } from './goal.js';
import { largeReply, largeRequest } from './large-bodies.js';
import { master } from './master.js';
import { oneConnection } from './one-connection.js';
import { peers } from './peers.js';
import { start } from './start.js';
import { tail } from './tail.js';
import { throughput } from './throughput.js';

/** In the order of the table. */
export const GOALS: readonly Goal[] = [
  cpu,
  throughput,
  oneConnection,
  tail,
  blockingTail,
  master,
  largeReply,
  largeRequest,
  start,
  peers,
];
