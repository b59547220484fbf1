import type { ProxyKind } from './kind.js';

export const haproxy: ProxyKind = {
  command: 'haproxy',
  config: 'haproxy.cfg',
  adapted: (text, upstream, port) =>
    text
      .replace('forkcast1 forkcast:8000', `forkcast1 ${upstream}`)
      .replace('bind :80', `bind 127.0.0.1:${port}`),
  files: (_folder, site) => ({ 'haproxy.cfg': `global\n    maxconn 2000\n\n${site}` }),
  // -db: in the foreground.
  args: (folder) => ['-db', '-f', `${folder}/haproxy.cfg`],
};
