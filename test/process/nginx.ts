/** Debian's real nginx with deploy/nginx.conf, changed only in its upstream and its port. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ROOT } from './server.js';
import { TOOL_PATH } from './tools.js';

const START_LIMIT_MS = 10_000;

export class Nginx {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #folder: string;

  constructor(child: ChildProcess, folder: string, port: number) {
    this.#child = child;
    this.#folder = folder;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** What it logged at level error and above. */
  errors(): string[] {
    const lines = readFileSync(join(this.#folder, 'error.log'), 'utf8').split('\n');
    return lines.filter((line) => /\[(error|crit|alert|emerg)\]/.test(line));
  }

  async stop(): Promise<void> {
    const exited = new Promise((resolve) => this.#child.once('exit', resolve));
    if (this.#child.exitCode === null && this.#child.kill('SIGTERM')) await exited;
    rmSync(this.#folder, { recursive: true });
  }
}

/** Starts nginx in front of a server; it ends with the test. */
export async function startNginx(upstreamUrl: string): Promise<Nginx> {
  if (spawnSync('nginx', ['-v'], { env: { PATH: TOOL_PATH } }).error !== undefined) {
    throw new Error('this test needs nginx: run scripts/debian-tools.sh as root, or install it');
  }
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'forkcast-nginx-'));
  writeFileSync(join(folder, 'forkcast.conf'), adapted(upstreamUrl, port));
  writeFileSync(join(folder, 'nginx.conf'), mainConfig(folder));
  const args = ['-p', folder, '-c', join(folder, 'nginx.conf')];
  const child = spawn('nginx', args, {
    env: { PATH: TOOL_PATH },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const nginx = new Nginx(child, folder, port);
  onTestFinished(() => nginx.stop());
  await untilListening(nginx.url, child);
  return nginx;
}

function adapted(upstreamUrl: string, port: number): string {
  const text = readFileSync(join(ROOT, 'deploy/nginx.conf'), 'utf8');
  return text
    .replace('server forkcast:8000', `server ${new URL(upstreamUrl).host}`)
    .replace('listen 80;', `listen 127.0.0.1:${port};`);
}

/** What a distribution's nginx.conf would say, with all its paths in one folder. */
function mainConfig(folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log info;
events { worker_connections 1024; }
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  include ${folder}/forkcast.conf;
}
`;
}

/** nginx cannot tell which port it took when asked for 0, so one is looked for. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

async function untilListening(url: string, child: ChildProcess): Promise<void> {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const untilMs = Date.now() + START_LIMIT_MS;
  while (Date.now() < untilMs && child.exitCode === null) {
    const reply = await fetch(`${url}/livez`).catch(() => undefined);
    if (reply?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`nginx does not answer on ${url}\n${stderr}`);
}
