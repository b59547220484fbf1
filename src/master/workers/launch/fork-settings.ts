import type { ClusterSettings } from 'node:cluster';
import { closeSync } from 'node:fs';
import type { Settings } from '../../../config/settings.js';
import { diesWith, WORKER_FILE } from '../../../link/process/worker-process.js';
import { openToAppend } from '../../../observe/output/file-writer.js';
import { findDeathSignal } from './death-signal.js';
import { chainOf, type Found } from './launcher.js';
import { findPolicy } from './scheduling-policy.js';

/** Where the log goes when it goes into no file. */
const STDOUT_FD = 1;

type StartSettings = Pick<Settings, 'captureOutput' | 'logFile' | 'workerSchedulingPolicy'>;

export type ForkSettings = {
  readonly settings: ClusterSettings;
  /** What is started in Node's place. */
  readonly execPath: string;
  close(): void;
};

/**
 * How the next worker's process is started. What it prints goes where the log goes, if that is asked
 * for: a descriptor of its own, so that native code is heard as well, opened anew for each worker,
 * since the file may have been rotated. `close` when the worker has it.
 */
export function forkSettings(start: StartSettings): ForkSettings {
  const { captureOutput, logFile, workerSchedulingPolicy } = start;
  const file = captureOutput && logFile !== '-' ? openLog(logFile) : undefined;
  const output = captureOutput ? (file ?? STDOUT_FD) : 'inherit';
  const deathSignal = findDeathSignal();
  const launchers = [findPolicy(workerSchedulingPolicy), deathSignal].filter(isFound);
  const { execPath, args } = chainOf(launchers, process.execPath);
  const settings: ClusterSettings = {
    exec: WORKER_FILE,
    args: deathSignal === undefined ? [] : [diesWith(process.pid)],
    stdio: ['ignore', output, output, 'ipc', 'pipe'],
    execArgv: [...args, ...process.execArgv],
  };
  return { settings, execPath, close: () => file !== undefined && closeSync(file) };
}

function isFound(launcher: Found | undefined): launcher is Found {
  return launcher !== undefined;
}

/** A worker that cannot write there prints where the log would go without a file. */
function openLog(path: string | undefined): number | undefined {
  try {
    return path === undefined ? undefined : openToAppend(path);
  } catch {
    return undefined;
  }
}
