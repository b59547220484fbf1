/** A server of ours behind a proxy with its file of deploy/. */
import { onTestFinished } from 'vitest';
import { type ProxyName, type RunningProxy, startProxy } from '../../loadtest/proxies/proxy.js';
import { startServer, type TestServer } from './server.js';

export type ProxiedServer = { readonly server: TestServer; readonly proxy: RunningProxy };

export async function startBehind(
  name: ProxyName,
  path: string,
  options: { readonly expectedErrors?: string[]; readonly drainIdle?: string } = {},
): Promise<ProxiedServer> {
  const { expectedErrors = [], drainIdle = '2s' } = options;
  const args = ['--drain-idle', drainIdle, '--restart-backoff', '100ms'];
  const server = await startServer({ path, args, expectedErrors });
  const proxy = await startProxy(name, new URL(server.url).host);
  onTestFinished(() => proxy.stop());
  return { server, proxy };
}
