import type { ProxyKind } from './kind.js';

export const nginx: ProxyKind = {
  command: 'nginx',
  config: 'nginx.conf',
  adapted: (text, upstream, port) =>
    text
      .replace('server forkcast:8000', `server ${upstream}`)
      .replace('listen 80;', `listen 127.0.0.1:${port};`),
  files: (folder, site) => ({ 'forkcast.conf': site, 'nginx.conf': mainConfig(folder) }),
  args: (folder) => ['-p', folder, '-c', `${folder}/nginx.conf`],
};

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
