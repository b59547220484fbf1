/** Where a server listens: several places at once, Unix sockets, sockets it inherits. */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Client, rawExchange } from './clients.js';
import { CLI, fixture, launch, startServer, type TestServer } from './server.js';

const folder = mkdtempSync(join(tmpdir(), 'forkcast-places-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ECHO = ['serve', fixture('echo'), '--workers', '1'];
const ADMIN = ['--admin-bind', '127.0.0.1:0'];

/** The status of a GET there. */
function ask(place: { socketPath: string } | { port: number }, path = '/livez'): Promise<number> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', ...place, path, agent: false }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0));
    });
    asking.once('error', reject).end();
  });
}

function start(args: readonly string[], env: Record<string, string> = {}): TestServer {
  return launch(process.execPath, [CLI, ...ECHO, ...args], { env });
}

describe('several places', () => {
  it('are served alike, with one drain for all; sockets of killed servers are replaced', async () => {
    const main = join(folder, 'main.sock');
    const admin = join(folder, 'admin.sock');
    const args = [
      '-b',
      `127.0.0.1:0,unix:${main}`,
      '-b',
      '[::1]:0',
      '--admin-bind',
      `unix:${admin}`,
    ];
    const killed = start([...args, '--socket-mode', '0606']);
    await killed.line('listening', ({ address }) => String(address).startsWith('[::1]'));
    expect(statSync(main).mode & 0o777).toBe(0o606);
    expect(statSync(admin).mode & 0o777).toBe(0o600);
    expect(await ask({ socketPath: admin })).toBe(200);

    const late = start(args);
    expect(await late.exited).toEqual({ code: 13, signal: null });
    expect(late.stderr).toContain(`unix:${admin} is in use by another process`);
    killed.kill('SIGKILL');
    await killed.exited;

    const server = start(args);
    await server.line('worker ready');
    const addresses = server.linesOf('listening').map(({ address }) => String(address));
    expect(addresses).toHaveLength(3);
    const [tcp = '', unix, tcp6 = ''] = addresses;
    expect(unix).toBe(`unix:${main}`);
    expect(await ask({ socketPath: main })).toBe(200);
    const clients = [tcp, tcp6].map((address) => new Client(`http://${address}`));
    for (const client of clients) {
      expect((await client.post('/predict', { instances: [1] })).status).toBe(200);
    }
    server.kill('SIGTERM');
    await server.line('draining', ({ connections }) => connections === 2);
    for (const client of clients) {
      const answer = await client.post('/predict', { instances: [1] });
      expect(answer.headers.connection).toBe('close');
    }
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect([existsSync(main), existsSync(admin)]).toEqual([false, false]);
  });

  it('a file in the place of a socket is left alone', async () => {
    const path = join(folder, 'precious');
    writeFileSync(path, 'precious');
    const server = start(['-b', `unix:${path}`, ...ADMIN]);
    expect(await server.exited).toEqual({ code: 2, signal: null });
    expect(server.stderr).toContain('a file that is no socket has this name');
    expect(statSync(path).isFile()).toBe(true);
  });
});

describe('--max-connections', () => {
  it('tells those beyond it 503, and serves again when one has left', async () => {
    const server = await startServer({
      path: 'echo',
      workers: 1,
      args: ['--max-connections', '1'],
    });
    const first = new Client(server.url);
    expect((await first.get('/livez')).status).toBe(200);
    const head = 'GET /livez HTTP/1.1\r\nHost: a\r\n\r\n';
    const refused = await rawExchange(server.url, [head]);
    expect(refused.text).toMatch(/^HTTP\/1\.1 503 /);
    expect(refused.text).toContain('TOO_MANY_CONNECTIONS');
    expect(refused.isClosed).toBe(true);
    expect((await first.get('/livez')).status).toBe(200);
    first.close();
    await server.untilStatus('no connection', ({ connections }) => connections === 0);
    const next = new Client(server.url);
    expect((await next.get('/livez')).status).toBe(200);
    next.close();
  });
});

describe('inherited sockets', () => {
  /** Starts the server with listening sockets that nobody else accepts from. */
  async function startWith(
    count: number,
    args: readonly string[],
    env: Record<string, string> = {},
  ): Promise<{ server: TestServer; ports: number[] }> {
    const holders: (Server & { _handle?: { fd: number } })[] = [];
    for (let made = 0; made < count; made += 1) {
      const holder = createServer();
      await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
      holders.push(holder);
    }
    const fds = holders.map(({ _handle }) => _handle?.fd ?? -1);
    const ports = holders.map((holder) => (holder.address() as AddressInfo).port);
    // LISTEN_PID is known only to a process that becomes the server.
    const line = 'if [ "$LISTEN_FDS" ]; then export LISTEN_PID=$$; fi; exec "$@"';
    const command = ['-c', line, 'sh', process.execPath, CLI, ...ECHO, ...args];
    const server = launch('sh', command, { env, fds });
    for (const holder of holders) holder.close();
    return { server, ports };
  }

  it('fd://N, several of them; workers do not inherit them', async () => {
    const args = ['-b', 'fd://3', '-b', 'fd://4', ...ADMIN];
    const { server, ports } = await startWith(2, args);
    const { workerPid } = await server.line('worker ready');
    for (const port of ports) expect(await ask({ port })).toBe(200);
    const inWorker = spawnSync('ls', ['-l', `/proc/${workerPid}/fd`], { encoding: 'utf8' }).stdout;
    const inMaster = spawnSync('ls', ['-l', `/proc/${server.pid}/fd`], { encoding: 'utf8' }).stdout;
    for (const fd of [3, 4]) {
      const socket = new RegExp(` ${fd} -> (socket:\\[\\d+\\])`).exec(inMaster)?.[1] ?? '?';
      expect(inWorker).not.toContain(socket);
    }
    await server.stop();
  });

  it('what cannot be listened on is a fault of the configuration', async () => {
    const args = [CLI, ...ECHO, ...ADMIN, '-b'];
    const none = launch(process.execPath, [...args, 'fd://99'], {});
    expect(await none.exited).toEqual({ code: 2, signal: null });
    expect(none.stderr).toContain('fd://99: the server was started without this descriptor');
    const file = openSync(CLI, 'r');
    const noSocket = launch(process.execPath, [...args, 'fd://3'], { fds: [file] });
    closeSync(file);
    expect(await noSocket.exited).toEqual({ code: 2, signal: null });
    expect(noSocket.stderr).toContain('fd://3: it is no socket but');
  });

  it('of systemd: in the place of --bind, by name for the admin port, unseen by workers', async () => {
    const env = { LISTEN_FDS: '2', LISTEN_FDNAMES: 'forkcast.socket:admin' };
    const { server, ports } = await startWith(2, [], env);
    const { workerPid } = await server.line('worker ready');
    const [main = 0, admin = 0] = ports;
    expect(await ask({ port: main }, '/status')).toBe(404);
    expect(await ask({ port: admin }, '/status')).toBe(200);
    const seen = readFileSync(`/proc/${workerPid}/environ`, 'utf8');
    expect(seen).not.toMatch(/LISTEN_(PID|FDS)/);
    await server.stop();
  });

  it('of systemd: unused, with a word in the log, where --bind is given', async () => {
    const env = { LISTEN_FDS: '1' };
    const { server } = await startWith(1, ['-b', '127.0.0.1:0', ...ADMIN], env);
    const { sockets } = await server.line('sockets of systemd not used');
    expect(sockets).toEqual(['fd://3']);
    const { address } = await server.line('listening');
    expect(await ask({ port: Number(String(address).split(':')[1]) })).toBe(200);
    await server.line('worker ready');
    await server.stop();
  });
});
