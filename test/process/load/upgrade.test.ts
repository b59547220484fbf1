/** One master after another on the same sockets, under load: nobody is refused, nobody fails. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { stopMaster, upgrade } from '../masters.js';
import { CLI, fixture, launch, processTree, type TestServer } from '../server.js';

const folder = mkdtempSync(join(tmpdir(), 'forkcast-upgrade-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Place = { readonly socketPath: string } | { readonly host: string; readonly port: number };

class Load {
  answered = 0;
  readonly failures: string[] = [];
  #isOver = false;
  readonly #clients: Promise<void>[] = [];

  /** Who looks at the admin port. */
  watch(place: Place): void {
    this.#clients.push(this.#client(place, new Agent({ keepAlive: false }), 'GET', '/livez'));
  }

  /** Clients that ask again as soon as they are answered, on one connection each or on a new one each time. */
  constructor(places: readonly Place[]) {
    for (const place of places) {
      for (let client = 0; client < 4; client += 1) {
        this.#clients.push(this.#client(place, new Agent({ keepAlive: true, maxSockets: 1 })));
        this.#clients.push(this.#client(place, new Agent({ keepAlive: false })));
      }
    }
  }

  /** Many more answers come. */
  async goOn(): Promise<void> {
    const until = this.answered + 200;
    await expect.poll(() => this.answered, { timeout: 20_000 }).toBeGreaterThan(until);
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#clients);
  }

  async #client(place: Place, agent: Agent, method = 'POST', path = '/predict'): Promise<void> {
    while (!this.#isOver) {
      const outcome = await ask(place, agent, method, path);
      if (outcome === '200') this.answered += 1;
      else this.failures.push(outcome);
    }
    agent.destroy();
  }
}

function ask(place: Place, agent: Agent, method: string, path: string): Promise<string> {
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json' };
    const asking = request({ ...place, agent, method, path, headers });
    asking.once('error', ({ message }) => resolve(message));
    asking.once('response', (response) => {
      response.once('error', ({ message }) => resolve(message));
      response.resume().once('end', () => resolve(String(response.statusCode)));
    });
    asking.end(method === 'POST' ? '{"instances":[1]}' : undefined);
  });
}

async function start(name: string): Promise<{ server: TestServer; load: Load; path: string }> {
  const path = join(folder, name);
  const args = ['serve', fixture('echo'), '-w', '1', '-b', `127.0.0.1:0,unix:${path}`];
  const more = ['--admin-bind', '127.0.0.1:0', '--drain-idle', '100ms', '--no-access-log'];
  const server = launch(process.execPath, [CLI, ...args, ...more], {});
  await server.line('worker ready');
  const placeOf = async (msg: string): Promise<Place> => {
    const { address } = await server.line(msg);
    return { host: '127.0.0.1', port: Number(String(address).split(':')[1]) };
  };
  const load = new Load([await placeOf('listening'), { socketPath: path }]);
  load.watch(await placeOf('admin listening'));
  return { server, load, path };
}

describe('USR2 under load, with connections that are kept and ones that are new', () => {
  it('and TERM to the old master: no request fails, no connection is refused', async () => {
    const { server, load, path } = await start('forward.sock');
    await load.goOn();
    const newPid = await upgrade(server);
    await load.goOn();
    const { workerPid } = await server.line('worker ready', ({ pid }) => pid === newPid);
    expect(processTree(newPid)).toContain(workerPid);
    server.kill('SIGTERM');
    expect(await server.exited).toEqual({ code: 0, signal: null });
    await server.line('the master before this one is gone');
    await load.goOn();
    await load.end();
    expect(load.failures).toEqual([]);
    await stopMaster(newPid);
    expect(existsSync(path)).toBe(false);
  });

  it('WINCH to the old one, and back with HUP to it and TERM to the new one', async () => {
    const { server, load, path } = await start('back.sock');
    const newPid = await upgrade(server);
    server.kill('SIGWINCH');
    await server.line('resting');
    expect(processTree(server.pid).filter((pid) => pid !== server.pid)).toEqual(
      expect.arrayContaining([newPid]),
    );
    await load.goOn();
    server.kill('SIGHUP');
    await server.line('serving again');
    await load.goOn();
    await stopMaster(newPid);
    await server.line('upgrade: new master is gone');
    await load.goOn();
    await load.end();
    expect(load.failures).toEqual([]);
    await server.stop();
    expect(existsSync(path)).toBe(false);
  });

  it('TERM to the new one while the old one rests: the old one serves by itself', async () => {
    const { server, load } = await start('alone.sock');
    const newPid = await upgrade(server);
    server.kill('SIGWINCH');
    await server.line('resting');
    await load.goOn();
    await stopMaster(newPid);
    await server.line('serving again');
    await load.goOn();
    await load.end();
    expect(load.failures).toEqual([]);
    await server.stop();
  });
});
