import { isSuspect } from '../fate/quarantine.js';
import type { Queued } from '../request.js';

/**
 * Until when the first of those that wait lets the others fill its batch (`maxBatchDelay`);
 * undefined: it goes now, for it has waited enough, its batch is full, or nothing is to join it.
 * Half of what it may wait at all is left to find it a worker.
 */
export function gathersUntilMs(first: Queued, waiting: number, nowMs: number): number | undefined {
  const cost = first.estimate?.batch;
  if (cost === undefined || cost.rule.maxDelayMs === 0 || isSuspect(first)) return undefined;
  if (waiting * cost.rowsOf(first.bytes) >= cost.rule.maxRows) return undefined;
  const mayWaitMs = (first.latestStartMs - first.queuedAtMs) / 2;
  const dueMs = first.queuedAtMs + Math.min(cost.rule.maxDelayMs, mayWaitMs);
  return nowMs < dueMs ? dueMs : undefined;
}
