import type { ProxyKind } from './kind.js';

export const caddy: ProxyKind = {
  command: 'caddy',
  config: 'Caddyfile',
  adapted: (text, upstream, port) =>
    text
      .replace('reverse_proxy forkcast:8000', `reverse_proxy ${upstream}`)
      // The global options come first; its own admin port may be in use.
      .replace('{\n', '{\n\tadmin off\n')
      .replace('\n:80 {', `\nhttp://:${port} {\n\tbind 127.0.0.1`)
      .replace('grace_period 70s', 'grace_period 1s'),
  files: (_folder, site) => ({ Caddyfile: site }),
  args: (folder) => ['run', '--config', `${folder}/Caddyfile`, '--adapter', 'caddyfile'],
};
