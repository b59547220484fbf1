import { Worker } from 'node:worker_threads';
import { clockMs } from './clock.js';

/** The clock of an open loop, and who watches it. */
export type ArrivalTimes = {
  nowMs(): number;
  /** Tells how many arrivals are due by now, each time there are more. @returns what ends it */
  watch(arrivalsMs: readonly number[], startMs: number, news: DueNews): () => Promise<unknown>;
};

export type DueNews = { due(count: number): void; failed(error: Error): void };

/** A thread watches (due.ts): an event loop is late by a millisecond. */
export const realTimes: ArrivalTimes = {
  nowMs: clockMs,
  watch(arrivalsMs, startMs, { due, failed }) {
    const workerData = { arrivalsMs: Float64Array.from(arrivalsMs), startMs };
    const thread = new Worker(new URL('due.js', import.meta.url), { workerData });
    thread.on('message', due);
    thread.on('error', failed);
    return () => thread.terminate();
  },
};
