import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ConfigError } from '../../../src/errors.js';
import { Logs } from '../../../src/observe/logs.js';
import { openMasterLogs } from '../../../src/observe/master-logs.js';
import { temporaryFolder } from '../../fixtures/temporary-folder.js';
import { finishedRequest } from './finished-requests.js';

const SETTINGS = {
  logLevel: 'info',
  logFormat: 'auto',
  accessLog: true,
  accessLogFormat: undefined,
} as const;

async function messages(logs: Logs, file: string): Promise<unknown[]> {
  await logs.flushed();
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line).msg);
}

test('requests go where the other lines go, in their order', async () => {
  const file = join(temporaryFolder(), 'log');
  const logs = openMasterLogs({ ...SETTINGS, logFile: file, accessLogFile: undefined });
  logs.accessLog(finishedRequest());
  logs.log.info({}, 'second');
  expect(await messages(logs, file)).toEqual(['request', 'second']);
});

test('they may have a file of their own, whatever the level is', async () => {
  const folder = temporaryFolder();
  const [logFile, accessLogFile] = [join(folder, 'log'), join(folder, 'access')];
  const logs = openMasterLogs({ ...SETTINGS, logLevel: 'warn', logFile, accessLogFile });
  logs.accessLog(finishedRequest());
  logs.log.info({}, 'unheard');
  expect(await messages(logs, accessLogFile)).toEqual(['request']);
  expect(await messages(logs, logFile)).toEqual([]);
});

test('in the log itself they are lines of level info', async () => {
  const file = join(temporaryFolder(), 'log');
  const logs = openMasterLogs({ ...SETTINGS, logFile: file, accessLogFile: undefined });
  logs.level = 'warn';
  logs.accessLog(finishedRequest());
  logs.level = 'debug';
  logs.accessLog(finishedRequest());
  expect(await messages(logs, file)).toEqual(['request']);
});

test('one file for both is one file', async () => {
  const file = join(temporaryFolder(), 'log');
  const logs = openMasterLogs({ ...SETTINGS, logFile: file, accessLogFile: file });
  logs.accessLog(finishedRequest());
  renameSync(file, `${file}.1`);
  logs.reopen();
  expect(await messages(logs, `${file}.1`)).toEqual(['request']);
  expect(await messages(logs, file)).toEqual(['log files reopened']);
});

test('a level holds for loggers that were made before, such as those of models', async () => {
  const file = join(temporaryFolder(), 'log');
  const logs = new Logs({ level: 'info', format: 'json', file });
  const child = logs.log.child({ model: 'echo' });
  logs.level = 'debug';
  child.debug({}, 'heard');
  child.child({ requestId: 'r' }).debug({}, 'heard, too');
  logs.level = 'error';
  child.info({}, 'unheard');
  expect(await messages(logs, file)).toEqual(['heard', 'heard, too']);
});

test('files that cannot be opened are faults, all at once', () => {
  const folder = temporaryFolder();
  const open = () =>
    openMasterLogs({ ...SETTINGS, logFile: join(folder, 'no', 'log'), accessLogFile: folder });
  expect(open).toThrow(ConfigError);
  expect(open).toThrow(/log-file: cannot open .*ENOENT/);
  expect(open).toThrow(/access-log-file: cannot open .*EISDIR/);
});
