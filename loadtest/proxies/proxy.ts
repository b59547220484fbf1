/** A real proxy with its file of deploy/, changed only in its upstream and its port. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../paths.js';
import { freePort } from '../servers/free-port.js';
import { apache } from './apache.js';
import { caddy } from './caddy.js';
import { haproxy } from './haproxy.js';
import type { ProxyKind } from './kind.js';
import { nginx } from './nginx.js';

export const PROXY_NAMES = ['nginx', 'haproxy', 'caddy', 'apache'] as const;
export type ProxyName = (typeof PROXY_NAMES)[number];

export const PROXY_KINDS: Readonly<Record<ProxyName, ProxyKind>> = {
  nginx,
  haproxy,
  caddy,
  apache,
};

/** sbin, where proxies live, is not in every PATH. */
export const TOOL_PATH = `${process.env.PATH}:/usr/sbin:/sbin`;

const START_LIMIT_MS = 10_000;
const STOP_LIMIT_MS = 5000;

export class RunningProxy {
  readonly port: number;
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #folder: string;

  constructor(child: ChildProcess, folder: string, port: number) {
    this.#child = child;
    this.#folder = folder;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** What nginx logged at level error and above; others tell their clients alone. */
  errors(): string[] {
    const file = join(this.#folder, 'error.log');
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    return lines.filter((line) => /\[(error|crit|alert|emerg)\]/.test(line));
  }

  async stop(): Promise<void> {
    const exited = new Promise((resolve) => this.#child.once('exit', resolve));
    if (this.#child.exitCode === null && this.#child.kill('SIGTERM')) {
      // Some wait for their clients; these are gone or of no more interest.
      const kill = setTimeout(() => this.#child.kill('SIGKILL'), STOP_LIMIT_MS);
      await exited;
      clearTimeout(kill);
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export function isInstalled(command: string): boolean {
  return spawnSync(command, ['-v'], { env: { PATH: TOOL_PATH } }).error === undefined;
}

/** Starts a proxy in front of HOST:PORT; the caller stops it. */
export async function startProxy(name: ProxyName, upstream: string): Promise<RunningProxy> {
  const kind = PROXY_KINDS[name];
  if (!isInstalled(kind.command)) {
    throw new Error(`${name} is needed here: run scripts/debian-tools.sh as root, or install it`);
  }
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), `forkcast-${name}-`));
  const text = readFileSync(new URL(`deploy/${kind.config}`, ROOT), 'utf8');
  const site = kind.adapted(text, upstream, port);
  for (const [file, content] of Object.entries(kind.files(folder, site, port))) {
    writeFileSync(join(folder, file), content);
  }
  const child = spawn(kind.command, kind.args(folder), {
    env: { PATH: TOOL_PATH, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const proxy = new RunningProxy(child, folder, port);
  try {
    await untilListening(name, proxy.url, child);
  } catch (error) {
    await proxy.stop();
    throw error;
  }
  return proxy;
}

async function untilListening(name: string, url: string, child: ChildProcess): Promise<void> {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-4000);
  });
  const untilMs = Date.now() + START_LIMIT_MS;
  while (Date.now() < untilMs && child.exitCode === null) {
    const reply = await fetch(`${url}/livez`, { headers: { connection: 'close' } }).catch(
      () => undefined,
    );
    if (reply?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${name} does not answer on ${url}\n${stderr}`);
}
