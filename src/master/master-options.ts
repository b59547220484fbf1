import type { Settings } from '../config/settings.js';
import type { Logger } from '../observe/logger.js';
import type { Logs } from '../observe/logs.js';
import type { MasterHooks } from './hooks/master-hooks.js';
import type { FirstLook } from './models/first-look.js';
import type { Owner } from './system/owner.js';
import type { ServiceManager } from './system/service-manager.js';
import type { Trust } from './trust/trust.js';

/** What was read, opened and found out before the master's life begins. */
export type MasterOptions = {
  /** The one object that all rooms read: a reload gives it other values. */
  readonly settings: Settings;
  /** The settings as their sources give them now. @throws ConfigError */
  reread(): Settings;
  /** Absolute path of what is served. */
  readonly root: string;
  /** Files beside it that --reload looks at. */
  sourceFiles(): readonly string[];
  readonly first: FirstLook;
  readonly trust: Trust;
  /** Whom to become once all places are open; undefined: stay who you are. */
  readonly owner: Owner | undefined;
  /** Who is told how the server is. */
  readonly manager: ServiceManager;
  readonly hooks: MasterHooks;
  readonly log: Logger;
  readonly logs: Logs;
};
