/** Clients that stall: in the middle of their body, and in the middle of their answer. */
import { connect, type Socket } from 'node:net';
import { askSubject } from './asks.js';
import type { Fault, Trial } from './fault.js';
import { residentMb, type Stand } from './stand.js';
import { type Deed, type Scene, underLoad, unmet } from './under-load.js';

const STALLED = 40;
const BODY_BYTES = 16 * 1024 * 1024;
const SENT_BYTES = 1024 * 1024;
const BUDGET_MB = 136;
/** What the master may need beside its budget: its own heap, sockets, garbage not yet collected. */
const CONSTANT_MB = 96;
/** Three times the write timeout: the kernel takes a part of the answer at first. */
const CUT_AFTER_MS = 10_000;
const READERS = 6;
/** More than the kernel's buffers on both sides take. */
const REPLY_BYTES = 12_000_000;
const ONE_VERSION = () => ({ from: 1, to: 1 });

export const slowClients: Fault = {
  name: 'slow-clients',
  title: `${STALLED} half-sent bodies of 16 MB, then ${READERS} clients that do not read 12 MB`,
  expected: 'those that stall: 408 or 503 at their bodies, or cut',
  seconds: { whole: 0, quick: 0 },
  run: (trial) => {
    const clocks = ['--header-timeout', '3s', '--read-timeout', '3s', '--write-timeout', '3s'];
    const bounds = ['--queue-bytes', `${BUDGET_MB}mb`, '--max-body', '16mb'];
    const crowd = { keepAlive: 8, fresh: 2, pauseMs: 10 };
    return underLoad(trial, { args: [...clocks, ...bounds], crowd }, (scene) =>
      stall(trial, scene),
    );
  },
};

async function stall(trial: Trial, { stand, port }: Scene): Promise<Deed> {
  // A proxy has its own patience with its clients, longer than this.
  const isProxied = trial.options.through !== undefined;
  const before = residentMb(stand.server.pid);
  const peak = watchMemory(stand);
  const bodies = await endsOf(STALLED, () => sendHalf(port));
  const readers = await endsOf(READERS, () => askAndNotRead(port));
  const isGivenBack = await stand.until(({ queue }) => queue.bytes < SENT_BYTES, 15_000);
  const peakMb = peak();
  return {
    seen:
      `${bodies} of ${STALLED} and ${readers} of ${READERS} ended by the server; ` +
      `master ${before.toFixed(0)} → ${peakMb.toFixed(0)} MB, budget ${BUDGET_MB}`,
    broken: unmet(
      [isProxied || bodies === STALLED, 'half-sent bodies were not ended'],
      [isProxied || readers === READERS, 'clients that do not read were not ended'],
      [isGivenBack, 'the budget was not given back'],
      [peakMb <= before + BUDGET_MB + CONSTANT_MB, 'the master held more than its budget'],
    ),
  };
}

/** @returns the largest size that was seen until it is asked. */
function watchMemory(stand: Stand): () => number {
  let peakMb = 0;
  const look = (): void => {
    peakMb = Math.max(peakMb, residentMb(stand.server.pid));
  };
  const timer = setInterval(look, 50);
  return () => {
    clearInterval(timer);
    look();
    return peakMb;
  };
}

/** How many of these connections the server ended within their time. */
async function endsOf(count: number, open: () => Socket): Promise<number> {
  const ends = Array.from({ length: count }, () => isEnded(open()));
  return (await Promise.all(ends)).filter(Boolean).length;
}

function isEnded(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      socket.destroy();
      resolve(false);
    }, 20_000);
    const end = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(true);
    };
    socket.once('end', end).once('error', end).once('close', end);
  });
}

function sendHalf(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1' });
  const head = 'POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
  socket.write(`${head}Content-Length: ${BODY_BYTES}\r\n\r\n`);
  socket.write('{"instances":['.padEnd(SENT_BYTES));
  socket.resume();
  return socket;
}

/** A paused socket is not told of its end: once the server should have cut it, writes find that out. */
function askAndNotRead(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.pause();
  socket.write(askSubject(1, ONE_VERSION, { bytes: REPLY_BYTES }).kept);
  let probe: NodeJS.Timeout | undefined;
  const later = setTimeout(() => {
    probe = setInterval(() => socket.write('\r\n'), 250);
  }, CUT_AFTER_MS);
  const done = (): void => {
    clearTimeout(later);
    clearInterval(probe);
  };
  socket.once('close', done).on('error', () => {});
  return socket;
}
