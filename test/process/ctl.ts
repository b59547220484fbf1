/** `forkcast ctl`, as an operator runs it. */
import { execFile } from 'node:child_process';
import { CLI, type TestServer } from './server.js';

/** Exit code, and both outputs. */
export function ctl(server: TestServer, ...words: string[]): Promise<[number, string, string]> {
  const admin = server.adminUrl.replace('http://', '');
  return new Promise((resolve) => {
    const args = [CLI, 'ctl', ...words, '--admin', admin];
    execFile(process.execPath, args, (error, stdout, stderr) => {
      resolve([Number(error?.code ?? 0), stdout, stderr]);
    });
  });
}
