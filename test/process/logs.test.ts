/** Logs in files: rotated under load, in a form of the operator's, at a level that changes. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { Client, type Failure, runLoad } from './clients.js';
import { jsonLines, startLoggingTo, until } from './log-files.js';
import { CLI, fixture, startServer } from './server.js';

describe('log files', () => {
  it('are reopened by USR1 in master and workers, and no line is lost or split', async () => {
    const folder = temporaryFolder();
    const [log, access] = [join(folder, 'log'), join(folder, 'access')];
    const server = await startLoggingTo(log, 'talks', ['--access-log-file', access]);
    let asked = 0;
    const ask = async (client: Client): Promise<Failure | undefined> => {
      asked += 1;
      const id = `r-${asked}`;
      const body = { instances: [{ log: 'info', text: id }] };
      const answer = await client.post('/predict', body, { 'x-request-id': id });
      return answer.status === 200 ? undefined : answer;
    };
    let isOver = false;
    const load = runLoad(server.url, 8, () => isOver, ask);
    await until('requests before', () => (asked > 200 ? true : undefined));
    renameSync(log, `${log}.1`);
    renameSync(access, `${access}.1`);
    server.kill('SIGUSR1');
    const pids = await until('all three to have reopened', () => {
      const told = jsonLines(log).filter(({ msg }) => msg === 'log files reopened');
      return told.length === 3 ? told.map(({ pid }) => pid) : undefined;
    });
    expect(new Set(pids).size).toBe(3);
    const before = asked;
    await until('requests after', () => (asked > before + 200 ? true : undefined));
    isOver = true;
    const { failures } = await load;
    expect(failures).toEqual([]);
    await server.stop();
    const ids = Array.from({ length: asked }, (_, number) => `r-${number + 1}`).sort();
    const [old, young] = [jsonLines(`${access}.1`), jsonLines(access)];
    expect([...old, ...young].map(({ requestId }) => requestId).sort()).toEqual(ids);
    expect(old.length).toBeGreaterThan(0);
    expect(young.length).toBeGreaterThan(0);
    const said = [...jsonLines(`${log}.1`), ...jsonLines(log)];
    const texts = said.filter(({ msg }) => msg === 'talks said').map(({ text }) => text);
    expect(texts.sort()).toEqual(ids);
    expect(server.stdout).toBe('');
  });

  it('that cannot be reopened go on as they are, and it is said', async () => {
    const folder = temporaryFolder();
    const [access, inner] = [join(folder, 'in', 'access'), join(folder, 'in')];
    mkdirSync(inner);
    const server = await startServer({
      path: 'echo',
      workers: 1,
      args: ['--access-log-file', access],
      expectedErrors: ['log file not reopened, going on with the old one'],
    });
    renameSync(inner, join(folder, 'moved'));
    server.kill('SIGUSR1');
    const line = await server.line('log file not reopened, going on with the old one');
    expect(line).toMatchObject({ path: access, reason: expect.stringContaining('ENOENT') });
    const client = new Client(server.url);
    expect((await client.get('/livez')).status).toBe(200);
    const moved = join(folder, 'moved', 'access');
    await until('its line', () => jsonLines(moved).find(({ path }) => path === '/livez'));
    client.close();
    await server.stop();
  });

  it('hold what models and native code print, where that is asked for; a reload takes a new file', async () => {
    const log = join(temporaryFolder(), 'log');
    const args = ['--capture-output'];
    const server = await startLoggingTo(log, 'talks', args);
    const client = new Client(server.url);
    const print = (text: string) =>
      client.post('/predict', {
        instances: [
          { print: `${text} print` },
          { warn: `${text} warn` },
          { fd: 1, text: `${text} fd\n` },
        ],
      });
    expect((await print('early')).status).toBe(200);
    const hasAll = (file: string, text: string) => (): true | undefined => {
      const lines = readFileSync(file, 'utf8').split('\n');
      return ['print', 'warn', 'fd'].every((how) => lines.includes(`${text} ${how}`)) || undefined;
    };
    await until('what was printed', hasAll(log, 'early'));
    renameSync(log, `${log}.1`);
    server.kill('SIGHUP');
    await until('reload', () =>
      existsSync(log) ? jsonLines(log).find(({ msg }) => msg === 'reloaded') : undefined,
    );
    expect((await print('late')).status).toBe(200);
    await until('what was printed later', hasAll(log, 'late'));
    expect(server.stdout + server.stderr).toBe('');
    client.close();
    await server.stop();
  });

  it('that cannot be opened at the start are faults, told together', () => {
    const folder = temporaryFolder();
    const args = ['--log-file', `${folder}/no/log`, '--access-log-file', folder];
    const { status, stderr } = spawnSync(process.execPath, [CLI, fixture('echo'), ...args], {
      encoding: 'utf8',
    });
    expect(status).toBe(2);
    expect(stderr).toContain(`log-file: cannot open ${folder}/no/log to append to it: ENOENT`);
    expect(stderr).toContain(`access-log-file: cannot open ${folder} to append to it: EISDIR`);
  });
});

describe('the access log', () => {
  it('has the form that is asked for, and nobody can write lines of his own into it', async () => {
    const format = '%(h)s %(u)s "%(r)s" %(s)s %(b)s "%(a)s" %({content-type}o)s %({model}e)s';
    const server = await startServer({
      path: 'echo',
      workers: 1,
      args: ['--access-log-format', format],
    });
    const client = new Client(server.url);
    const headers = {
      'user-agent': 'curl "8" \t\\',
      authorization: `Basic ${Buffer.from('ann\nx:secret').toString('base64')}`,
    };
    await client.post('/predict?a=1', { instances: [1] }, headers);
    const line =
      '127.0.0.1 ann\\x0ax "POST /predict?a=1 HTTP/1.1" 200 19 ' +
      '"curl \\"8\\" \\x09\\\\" application/json echo\n';
    client.close();
    await server.stop();
    expect(server.stdout).toBe(line);
  });
});

describe('the level of the log', () => {
  it('changes at once in the master and in all workers, also those to come', async () => {
    const server = await startServer({ path: 'talks', expectedErrors: ['worker died'] });
    await server.until('both ready', () => server.linesOf('worker ready')[1]);
    const ctl = (...words: string[]): { status: number | null; stdout: string; stderr: string } =>
      spawnSync(
        process.execPath,
        [CLI, 'ctl', 'log-level', ...words, '--admin', server.adminUrl.replace('http://', '')],
        { encoding: 'utf8' },
      );
    const client = new Client(server.url);
    const say = async (text: string): Promise<unknown> =>
      client.post('/predict', { instances: [{ log: 'debug', text }] });
    await say('unheard');
    expect(ctl()).toMatchObject({ status: 0, stdout: 'info\n' });
    expect(ctl('debug')).toMatchObject({ status: 0, stdout: 'debug\n' });
    await say('heard');
    await server.line('talks said', ({ text }) => text === 'heard');
    const [pid = 0] = await server.workerPids();
    process.kill(pid, 'SIGKILL');
    const forked = await server.line('worker forked');
    await server.line('talks loaded', (line) => line.pid === forked.workerPid);
    await server.line('worker ready', ({ workerPid }) => workerPid === forked.workerPid);
    const post = { method: 'POST', body: '{"level":"error"}' };
    expect((await fetch(`${server.adminUrl}/log-level`, post)).status).toBe(200);
    await say('unheard');
    client.close();
    await server.stop();
    const heard = server.linesOf('talks said').map(({ text }) => text);
    expect(heard).not.toContain('unheard');
    expect(server.linesOf('stopped')).toEqual([]);
  });
});
