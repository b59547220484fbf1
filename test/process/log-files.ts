/** A server whose log goes to a file, and what is in such files. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { CLI, fixture, type LogLine, launch, type TestServer } from './server.js';

const WAIT_MS = 20_000;

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Whole lines; each must be JSON. */
export function jsonLines(path: string): LogLine[] {
  const lines = textOf(path).split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as LogLine);
}

/** Waits for a condition; fails with its name. */
export async function until<T>(what: string, look: () => T | undefined): Promise<T> {
  const untilMs = Date.now() + WAIT_MS;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (Date.now() > untilMs) throw new Error(`no ${what} within ${WAIT_MS} ms`);
    await sleep(10);
  }
}

/** Like `startServer`, but its log is in `file`. */
export async function startLoggingTo(
  file: string,
  path: string,
  args: readonly string[],
): Promise<TestServer> {
  const places = ['--bind', '127.0.0.1:0', '--admin-bind', '127.0.0.1:0', '--log-file', file];
  const server = launch(
    process.execPath,
    [CLI, 'serve', fixture(path), ...places, '--workers', '2', ...args],
    {},
  );
  const lines = (msg: string): LogLine[] => jsonLines(file).filter((line) => line.msg === msg);
  const address = (msg: string): Promise<string> =>
    until(`the line "${msg}"`, () => lines(msg)[0]).then((line) => `http://${line.address}`);
  server.url = await address('listening');
  server.adminUrl = await address('admin listening');
  await until('both workers', () => lines('worker ready')[1]);
  return server;
}
