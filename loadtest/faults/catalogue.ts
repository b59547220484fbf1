import { burst } from './burst.js';
import { chaos } from './chaos.js';
import { churn } from './churn.js';
import type { Fault } from './fault.js';
import { kill } from './kill.js';
import { leaving } from './leaving.js';
import { loop } from './loop.js';
import { memory } from './memory.js';
import { brokenReload, reload } from './reload.js';
import { scale } from './scale.js';
import { slowClients } from './slow-clients.js';
import { soak } from './soak.js';
import { stoppedBusy, stoppedIdle } from './stopped.js';
import { term } from './term.js';
import { upgrade } from './upgrade.js';

/** In the order of the table. */
export const FAULTS: readonly Fault[] = [
  kill,
  stoppedIdle,
  stoppedBusy,
  memory,
  loop,
  reload,
  brokenReload,
  scale,
  churn,
  upgrade,
  term,
  burst,
  slowClients,
  leaving,
  chaos,
  soak,
];
