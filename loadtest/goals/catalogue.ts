import type { Goal } from './goal.js';
import { largeReply, largeRequest } from './large-bodies.js';

/** In the order of the table. */
export const GOALS: readonly Goal[] = [largeReply, largeRequest];
