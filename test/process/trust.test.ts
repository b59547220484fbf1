/** Keys of both ports, as an operator sets them, changes them and uses them. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { CLI, fixture, launch, startServer } from './server.js';

const OLD = 'old-key-0123456789';
const NEW = 'new-key-0123456789';
const ADMIN = 'admin-key-0123456789';

type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

function ctl(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const options = { env: { ...process.env, ...env } };
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, 'ctl', ...args], options, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

it('asks for keys on both ports, takes new ones on reload, and tells nobody what they are', async () => {
  const folder = temporaryFolder();
  const keysFile = join(folder, 'keys');
  const adminFile = join(folder, 'admin');
  writeFileSync(keysFile, `# rotated in March\nshop:${OLD}\n`, { mode: 0o644 });
  writeFileSync(adminFile, ADMIN, { mode: 0o600 });
  const server = await startServer({
    path: 'echo',
    workers: 1,
    args: ['--api-keys-file', keysFile, '--admin-key-file', adminFile],
    env: { FORKCAST_API_KEYS: 'variable-key-012345' },
    expectedErrors: ['reload failed'],
  });
  await server.line('check the permissions', ({ warning }) => /every user/.test(`${warning}`));
  const { workerPid } = await server.line('worker ready');
  const environment = readFileSync(`/proc/${workerPid}/environ`, 'utf8');
  expect(environment).toContain('ORT_DISABLE_TELEMETRY');
  expect(environment).not.toContain('FORKCAST_API_KEYS');

  const status = async (key?: string, path = '/v1/models'): Promise<number> => {
    const headers: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};
    return (await fetch(server.url + path, { headers })).status;
  };
  expect(await status()).toBe(401);
  expect(await status(undefined, '/readyz')).toBe(200);
  expect(await status(OLD)).toBe(200);
  expect(await status('variable-key-012345')).toBe(200);
  expect(await status(NEW)).toBe(403);

  const admin = async (path: string, key?: string): Promise<number> =>
    (await fetch(server.adminUrl + path, { headers: key ? { 'x-api-key': key } : {} })).status;
  expect([await admin('/livez'), await admin('/readyz')]).toEqual([200, 200]);
  expect([await admin('/status'), await admin('/metrics')]).toEqual([401, 401]);
  expect([await admin('/status', OLD), await admin('/status', ADMIN)]).toEqual([403, 200]);

  const at = ['--admin', new URL(server.adminUrl).host];
  expect(await ctl(['reload', ...at])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/401 UNAUTHORIZED\); .*--key-file FILE/),
  });
  writeFileSync(keysFile, `${OLD}\n${NEW}\n`);
  expect(await ctl(['reload', ...at, '--key-file', adminFile])).toMatchObject({ code: 0 });
  expect([await status(OLD), await status(NEW)]).toEqual([200, 200]);
  writeFileSync(keysFile, 'short');
  const failed = await ctl(['reload', ...at], { FORKCAST_ADMIN_KEYS: ADMIN });
  expect(failed.code).toBe(1);
  expect(failed.stderr).toMatch(/expected a key of at least 16 characters, got 5/);
  expect([await status(OLD), await status(NEW)]).toEqual([200, 200]);

  const shown = JSON.stringify(
    await (
      await fetch(`${server.adminUrl}/status`, {
        headers: { 'x-api-key': ADMIN },
      })
    ).json(),
  );
  const told = shown + JSON.stringify(server.lines) + server.stdout + server.stderr;
  for (const key of [OLD, NEW, ADMIN, 'variable-key-012345']) expect(told).not.toContain(key);
  await server.stop();
});

it('believes nobody who is gone before he is accepted, though he has no address any more', async () => {
  const server = await startServer({
    path: 'echo',
    workers: 1,
    args: ['--forwarded-allow-ips', '192.0.2.1', '--access-log-file', '-'],
  });
  const port = Number(new URL(server.url).port);
  server.kill('SIGSTOP');
  // The kernel accepts for it; what they send is still there to be read when they have reset.
  const text = 'GET /v1/models HTTP/1.1\r\nhost: a\r\nx-forwarded-for: 203.0.113.66\r\n\r\n';
  for (let client = 0; client < 3; client += 1) {
    const socket = connect(port, '127.0.0.1');
    await new Promise((resolve) => socket.write(text, resolve));
    socket.resetAndDestroy();
    await once(socket, 'close');
  }
  server.kill('SIGCONT');
  const headers = { 'x-forwarded-for': '203.0.113.66' };
  expect((await fetch(`${server.url}/v1/models`, { headers })).status).toBe(200);
  const { remoteAddress } = await server.line('request');
  expect(remoteAddress).toBe('127.0.0.1');
  expect(server.linesOf('request')).toHaveLength(1);
  await server.stop();
});

it('does not put the admin port before everybody without a key, and says what to do', async () => {
  const args = [CLI, 'serve', fixture('echo'), '--admin-bind', '0.0.0.0:0'];
  const server = launch(process.execPath, [...args, '--api-keys-file', '/nowhere/keys'], {});
  expect(await server.exited).toEqual({ code: 2, signal: null });
  expect(server.stderr).toMatch(/--admin-key-file or FORKCAST_ADMIN_KEYS.*--metrics-bind/);
});
