import { expect, test } from 'vitest';
import type { DeathStage } from '../../../../src/master/workers/restart-policy.js';
import { restartReason } from '../../../../src/master/workers/restart-reason.js';
import type { WorkerState } from '../../../../src/master/workers/worker-handle.js';
import type { RestartReason } from '../../../../src/observe/metric-table.js';
import type { Death } from '../../../../src/queue/fate/quarantine.js';

type Row = {
  death: Death;
  stage: DeathStage;
  signal?: string;
  state?: WorkerState;
  killedAs?: RestartReason;
  spentBy?: RestartReason;
  reason: string;
};

test.each<Row>([
  { death: 'self-inflicted', stage: 'before ready', reason: 'boot_failed' },
  { death: 'ours', stage: 'before ready', signal: 'SIGKILL', reason: 'boot_failed' },
  { death: 'ours', stage: 'by master', killedAs: 'execution_timeout', reason: 'execution_timeout' },
  { death: 'ours', stage: 'by master', killedAs: 'stopped', reason: 'stopped' },
  { death: 'ours', stage: 'by master', killedAs: 'deaf', reason: 'deaf' },
  { death: 'self-inflicted', stage: 'in a rollout', state: 'booting', reason: 'boot_failed' },
  { death: 'ours', stage: 'by master', state: 'booting', signal: 'SIGKILL', reason: 'replaced' },
  { death: 'ours', stage: 'by master', state: 'leaving', spentBy: 'retired', reason: 'retired' },
  { death: 'ours', stage: 'by master', state: 'leaving', reason: 'replaced' },
  {
    death: 'ours',
    stage: 'by master',
    state: 'leaving',
    spentBy: 'scaled_down',
    reason: 'scaled_down',
  },
  // Did not leave when asked: killed, and replaced all the same.
  { death: 'ours', stage: 'by master', state: 'leaving', signal: 'SIGKILL', reason: 'replaced' },
  // Closed its stream: killed for what it did itself.
  { death: 'ours', stage: 'by master', signal: 'SIGKILL', reason: 'crashed' },
  { death: 'unexplained', stage: 'with work', signal: 'SIGKILL', reason: 'killed' },
  { death: 'unexplained', stage: 'idle', signal: 'SIGTERM', reason: 'killed' },
  { death: 'self-inflicted', stage: 'with work', signal: 'SIGKILL', reason: 'out_of_memory' },
  { death: 'self-inflicted', stage: 'with work', signal: 'SIGSEGV', reason: 'crashed' },
  { death: 'self-inflicted', stage: 'idle', reason: 'crashed' },
])('$death, $stage, $signal, $state, $killedAs: $reason', (row) => {
  const { signal = null, state = 'ready', killedAs, spentBy } = row;
  const exit = { code: signal === null ? 1 : null, signal };
  const worker = { state, killedAs, spentBy };
  expect(restartReason(worker, exit, row.death, row.stage)).toBe(row.reason);
});
