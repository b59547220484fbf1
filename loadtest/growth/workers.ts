import type { Goal } from '../goals/goal.js';
import { digitsAsks, digitsStretch } from './digits-stretch.js';
import { CPU, sweepGoal } from './sweep.js';

const WORKERS = [1, 2, 4];

export const byWorkers: Goal = sweepGoal({
  name: 'by-workers',
  title: 'how cost grows with workers',
  method:
    'digits-rf, the model that computes most, one row a request, 64 connections, bare sockets. Beyond the number of CPUs more workers can only cost.',
  x: { label: 'workers', isLog: false },
  plots: [{ ...CPU, name: 'cpu-by-workers', title: 'CPU per request against workers, digits-rf' }],
  stretches: () =>
    WORKERS.map((workers) =>
      digitsStretch('digits-rf', workers, [
        { x: workers, label: String(workers), connections: 64, asks: digitsAsks(1) },
      ]),
    ),
});
