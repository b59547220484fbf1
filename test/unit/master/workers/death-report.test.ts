import { expect, test } from 'vitest';
import {
  type DeathFacts,
  deathHint,
  deathReport,
} from '../../../../src/master/workers/death-report.js';
import type { WorkerExit, WorkerState } from '../../../../src/master/workers/worker-handle.js';
import { capturedLog, type LogLine } from '../captured-log.js';

const SEGFAULT: WorkerExit = { code: null, signal: 'SIGSEGV' };
const KILLED: WorkerExit = { code: null, signal: 'SIGKILL' };

type Given = {
  state?: WorkerState;
  failure?: { exitCode: 10; reason: string };
  killReason?: string;
  isUnwanted?: boolean;
  exit?: WorkerExit;
  facts?: Partial<DeathFacts>;
};

function report({ exit = SEGFAULT, facts, ...given }: Given): LogLine {
  const { log, lines } = capturedLog();
  const { state = 'ready', isUnwanted = false, failure, killReason } = given;
  const worker = { slot: 2, pid: 4711, state, served: 9, failure, killReason, isUnwanted };
  deathReport(log, worker, exit, {
    uptimeMs: 1234.6,
    inFlight: 3,
    nextTryMs: undefined,
    isStopping: false,
    oomKillsRose: false,
    ...facts,
  });
  const [line] = lines();
  if (line === undefined) throw new Error('no line');
  return line;
}

test('names slot, pid, how it ended, how long it lived and what it had', () => {
  const { level, msg, slot, workerPid, code, signal, uptimeMs, inFlight, served } = report({});
  expect({ level, msg }).toEqual({ level: 'error', msg: 'worker died' });
  expect({ slot, workerPid, code, signal }).toEqual({
    slot: 2,
    workerPid: 4711,
    code: null,
    signal: 'SIGSEGV',
  });
  expect({ uptimeMs, inFlight, served }).toEqual({ uptimeMs: 1235, inFlight: 3, served: 9 });
});

test('says when its slot is tried again, also when that is at once', () => {
  expect(report({ facts: { nextTryMs: 499.7 } }).nextTryMs).toBe(500);
  expect(report({ facts: { nextTryMs: 0 } }).nextTryMs).toBe(0);
  expect(report({})).not.toHaveProperty('nextTryMs');
});

test('gives the reason that it told itself, else the one it was killed for', () => {
  const failure = { exitCode: 10, reason: 'no such file' } as const;
  expect(report({ failure, killReason: 'too late' }).reason).toBe('no such file');
  expect(report({ killReason: 'too late' }).reason).toBe('too late');
  expect(report({})).not.toHaveProperty('reason');
});

test.each<Given & { why: string; level: string }>([
  { why: 'left when asked', state: 'leaving', level: 'info' },
  {
    why: 'killed by the stopping server',
    killReason: 'the server stops',
    facts: { isStopping: true },
    level: 'info',
  },
  { why: 'died while the server stops', facts: { isStopping: true }, level: 'error' },
  { why: 'killed by the serving master', killReason: 'overran', level: 'error' },
  { why: 'died while draining', state: 'draining', level: 'error' },
])('$why: $level', ({ level, ...given }) => {
  const line = report(given);
  expect(line.level).toBe(level);
  expect(line.msg).toBe(level === 'info' ? 'worker left' : 'worker died');
});

test('a worker that had to be made to leave is told apart', () => {
  const line = report({ state: 'leaving', killReason: 'did not leave when asked', exit: KILLED });
  expect(line).toMatchObject({ level: 'info', reason: 'did not leave when asked' });
});

test.each([
  { exit: KILLED, rose: true, byMaster: false, hint: /oom_kill count rose/ },
  { exit: KILLED, rose: false, byMaster: false, hint: /probably out of memory/ },
  { exit: { code: null, signal: 'SIGABRT' }, rose: false, byMaster: false, hint: /heap limit/ },
  { exit: { code: 134, signal: null }, rose: false, byMaster: false, hint: /heap limit/ },
  { exit: SEGFAULT, rose: false, byMaster: false, hint: /native library/ },
  { exit: { code: null, signal: 'SIGBUS' }, rose: false, byMaster: false, hint: /native library/ },
  { exit: { code: 1, signal: null }, rose: false, byMaster: false, hint: undefined },
  { exit: { code: null, signal: 'SIGTERM' }, rose: false, byMaster: false, hint: undefined },
  { exit: KILLED, rose: false, byMaster: true, hint: undefined },
  { exit: KILLED, rose: true, byMaster: true, hint: undefined },
])('the hint for $exit, oom $rose, by the master $byMaster: $hint', (row) => {
  const hint = deathHint(row.exit, row.rose, row.byMaster);
  if (row.hint === undefined) expect(hint).toBeUndefined();
  else expect(hint).toMatch(row.hint);
});

test('the hint is in the line, unless the master killed it', () => {
  expect(report({ exit: KILLED }).hint).toMatch(/out of memory/);
  expect(report({ exit: KILLED, killReason: 'overran' })).not.toHaveProperty('hint');
});
