import { messageOf } from '../../errors.js';
import type { Boot } from '../../link/process/control.js';
import type { LogLevel } from '../../observe/logger.js';
import { Logs, type LogsOptions } from '../../observe/logs.js';

/** The logs of a worker: where its master's go. A file it may not open costs the file, not the worker. */
export function openWorkerLogs({
  slot,
  log: { level, format, file, standardFd },
}: Pick<Boot, 'slot' | 'log'>): Logs {
  const options: LogsOptions = {
    level: level as LogLevel,
    format,
    base: { slot },
    ...(standardFd && { standardFd }),
  };
  try {
    return new Logs({ ...options, file });
  } catch (error) {
    const logs = new Logs(options);
    const reason = messageOf(error);
    logs.log.error({ path: file, reason }, 'log file not opened, using the standard output');
    return logs;
  }
}
