import type { Settings } from '../config/settings.js';
import type { Logger } from '../observe/logger.js';
import type { Logs } from '../observe/logs.js';
import type { FirstLook } from './models/first-look.js';
import type { Trust } from './trust/trust.js';

export type MasterOptions = {
  /** The one object that all rooms read: a reload gives it other values. */
  readonly settings: Settings;
  /** The settings as their sources give them now. @throws ConfigError */
  reread(): Settings;
  /** Absolute path of what is served. */
  readonly root: string;
  /** Files beside it that --reload looks at. */
  readonly sourceFiles: readonly string[];
  readonly first: FirstLook;
  readonly trust: Trust;
  readonly log: Logger;
  readonly logs: Logs;
};
