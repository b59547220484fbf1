import { parseAccessLogFormat } from '../config/access-log-format.js';
import type { Settings } from '../config/settings.js';
import { ConfigError, messageOf } from '../errors.js';
import { resolveLogFormat } from './logger.js';
import { Logs } from './logs.js';
import { openFileWriter } from './output/file-writer.js';
import { STANDARD_OUTPUT } from './output/log-files.js';

type LogSettings = Pick<
  Settings,
  'logLevel' | 'logFormat' | 'logFile' | 'accessLog' | 'accessLogFile' | 'accessLogFormat'
>;

/** The logs of the master, as the settings want them. @throws ConfigError naming each file that cannot be opened */
export function openMasterLogs(settings: LogSettings): Logs {
  const { logFile, accessLog, accessLogFile, accessLogFormat } = settings;
  const isTty = process.stdout.isTTY === true && logFile === STANDARD_OUTPUT;
  const faults = [
    ...faultsOf('log-file', logFile),
    ...(accessLog ? faultsOf('access-log-file', accessLogFile) : []),
  ];
  if (faults.length > 0) throw new ConfigError(faults);
  const format = accessLogFormat && parseAccessLogFormat(accessLogFormat).parts;
  return new Logs({
    level: settings.logLevel,
    format: resolveLogFormat(settings.logFormat, isTty),
    file: logFile,
    ...(accessLog && { access: { file: accessLogFile, format: format || undefined } }),
  });
}

function faultsOf(setting: string, path: string | undefined): string[] {
  if (path === undefined || path === STANDARD_OUTPUT) return [];
  try {
    openFileWriter(path).close();
    return [];
  } catch (error) {
    const reason = messageOf(error);
    return [`${setting}: cannot open ${path} to append to it: ${reason}.`];
  }
}
