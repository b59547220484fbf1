import { burst } from './burst.js';
import type { Fault } from './fault.js';
import { kill } from './kill.js';
import { leaving } from './leaving.js';
import { loop } from './loop.js';
import { memory } from './memory.js';
import { brokenReload, reload } from './reload.js';
import { slowClients } from './slow-clients.js';
import { soak } from './soak.js';
import { stoppedBusy, stoppedIdle } from './stopped.js';
import { term } from './term.js';

/** In the order of the table. */
export const FAULTS: readonly Fault[] = [
  kill,
  stoppedIdle,
  stoppedBusy,
  memory,
  loop,
  reload,
  brokenReload,
  term,
  burst,
  slowClients,
  leaving,
  soak,
];
