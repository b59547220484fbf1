import type { ClusterSettings } from 'node:cluster';
import { closeSync } from 'node:fs';
import type { Settings } from '../../config/settings.js';
import { DIES_WITH_MASTER, WORKER_FILE, WORKER_FLAGS } from '../../link/process/worker-process.js';
import { openToAppend } from '../../observe/output/file-writer.js';
import { startWithDeathSignal } from './death-signal.js';

/** Where the log goes when it goes into no file. */
const STDOUT_FD = 1;

type OutputSettings = Pick<Settings, 'captureOutput' | 'logFile'>;

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
export function forkSettings({ captureOutput, logFile }: OutputSettings): ForkSettings {
  const file = captureOutput && logFile !== '-' ? openLog(logFile) : undefined;
  const output = captureOutput ? (file ?? STDOUT_FD) : 'inherit';
  const start = startWithDeathSignal(process.execPath);
  const settings: ClusterSettings = {
    exec: WORKER_FILE,
    args: start === undefined ? [] : [DIES_WITH_MASTER],
    stdio: ['ignore', output, output, 'ipc', 'pipe'],
    execArgv: [...(start?.args ?? []), ...process.execArgv, ...WORKER_FLAGS],
  };
  const { execPath = process.execPath } = start ?? {};
  return { settings, execPath, close: () => file !== undefined && closeSync(file) };
}

/** A worker that cannot write there prints where the log would go without a file. */
function openLog(path: string | undefined): number | undefined {
  try {
    return path === undefined ? undefined : openToAppend(path);
  } catch {
    return undefined;
  }
}
