/**
 * A thread that says when requests are due. Timers of an event loop keep whole milliseconds, and
 * spinning would take a core from the servers; `Atomics.wait` sleeps to some 50 µs.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { clockMs } from './clock.js';

const { arrivalsMs, startMs } = workerData as { arrivalsMs: Float64Array; startMs: number };
const cell = new Int32Array(new SharedArrayBuffer(4));

for (let due = 0; due < arrivalsMs.length; ) {
  const leftMs = startMs + (arrivalsMs[due] ?? 0) - clockMs();
  if (leftMs > 0) Atomics.wait(cell, 0, 0, leftMs);
  const nowMs = clockMs() - startMs;
  const before = due;
  while (due < arrivalsMs.length && (arrivalsMs[due] ?? 0) <= nowMs) due += 1;
  // How many are due by now.
  if (due > before) parentPort?.postMessage(due);
}
