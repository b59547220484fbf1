import { threadShare } from '../../config/cpus/thread-share.js';
import type { Boot } from '../../link/process/control.js';
import { processTitle } from '../../link/process/title.js';
import { NO_DEFAULT } from '../../model/repository/default-model.js';
import { weightsOptions } from '../../model/weights.js';
import type { Logs } from '../../observe/logs.js';
import type { WorkerHandle } from './worker-handle.js';

/** What a worker is told when it listens: what it was forked to hold. */
export function bootMessage(
  { slot, holding }: Pick<WorkerHandle, 'slot' | 'holding'>,
  logs: Pick<Logs, 'level' | 'format' | 'file'>,
): Boot {
  const { plans: models, defaultModel = NO_DEFAULT, settings } = holding;
  const limits = {
    ...threadShare(settings, holding.workers),
    maxBodyBytes: settings.maxBody,
  };
  const weights = weightsOptions(settings, holding.holders);
  const { level, format, file } = logs;
  const log = { level, format, file };
  const watched = settings.reload ? { tellsImports: true as const } : {};
  const { procName } = settings;
  const named = procName === undefined ? {} : { title: processTitle(`worker ${slot}`, procName) };
  return {
    type: 'boot',
    slot,
    models,
    defaultModel,
    ...limits,
    weights,
    log,
    ...watched,
    ...named,
  };
}
