import { connect } from 'node:net';
import { askSubject } from './asks.js';
import { pause } from './crowd.js';
import type { Fault } from './fault.js';
import { type Scene, underLoad, unmet } from './under-load.js';

const LEAVERS = 30;
const BETWEEN_MS = 200;
const ONE_VERSION = () => ({ from: 1, to: 1 });

export const leaving: Fault = {
  name: 'leaving',
  title: `${LEAVERS} clients that leave before their answer, again and again`,
  expected: 'those that leave; nobody else notices',
  seconds: { whole: 15, quick: 3 },
  run: (trial) => {
    const crowd = { keepAlive: 6, fresh: 2, pauseMs: 10 };
    return underLoad(trial, { crowd }, (scene) => leaveFor(trial.seconds, scene));
  },
};

async function leaveFor(
  seconds: number,
  { stand, port, crowd }: Scene,
): Promise<{ seen: string; broken: string[] }> {
  const endMs = performance.now() + seconds * 1000;
  let left = 0;
  const leaver = async (): Promise<void> => {
    while (performance.now() < endMs) {
      const hasLeft = await leaveOnce(port);
      if (hasLeft) left += 1;
      await pause(Math.random() * BETWEEN_MS);
    }
  };
  await Promise.all(Array.from({ length: LEAVERS }, leaver));
  await crowd.rest();
  const isEmpty = await stand.until(
    ({ inFlight, queue }) => inFlight === 0 && queue.depth === 0 && queue.bytes === 0,
    10_000,
  );
  return {
    seen: `${left} left`,
    broken: unmet(
      [left > 0, 'nobody left'],
      [isEmpty, 'the server still holds something of theirs'],
    ),
  };
}

/** Sends a request that takes 5 ms, and goes away after up to 20. */
async function leaveOnce(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  const isConnected = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  });
  socket.on('error', () => {});
  if (isConnected) socket.write(askSubject(1, ONE_VERSION, { ms: 5 }).kept);
  await pause(Math.random() * 20);
  socket.destroy();
  return isConnected;
}
