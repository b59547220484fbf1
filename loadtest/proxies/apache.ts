import type { ProxyKind } from './kind.js';

const MODULES = [
  ...['mpm_event', 'authz_core', 'proxy', 'proxy_http', 'headers', 'reqtimeout', 'unique_id'],
];

export const apache: ProxyKind = {
  command: 'apache2',
  config: 'apache.conf',
  adapted: (text, upstream, port) =>
    text
      .replace('http://forkcast:8000/', `http://${upstream}/`)
      .replace('*:80', `127.0.0.1:${port}`),
  files: (folder, site, port) => ({
    'forkcast.conf': site,
    'apache.conf': mainConfig(folder, port),
  }),
  args: (folder) => ['-d', folder, '-f', `${folder}/apache.conf`, '-DFOREGROUND'],
};

/** What a distribution's apache2.conf would say, with all its paths in one folder. */
function mainConfig(folder: string, port: number): string {
  const loads = MODULES.map(
    (name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`,
  );
  return `
ServerName localhost
Listen 127.0.0.1:${port}
PidFile ${folder}/apache.pid
DefaultRuntimeDir ${folder}
ErrorLog ${folder}/errors.txt
${process.getuid?.() === 0 ? 'User www-data\nGroup www-data' : ''}
${loads.join('\n')}
ServerLimit 16
StartServers 4
MinSpareThreads 64
MaxSpareThreads 1024
ThreadsPerChild 64
MaxRequestWorkers 1024
Include ${folder}/forkcast.conf
`;
}
