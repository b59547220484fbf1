import type { Goal } from '../goals/goal.js';
import { digitsAsks, digitsStretch } from './digits-stretch.js';
import { CPU, sweepGoal } from './sweep.js';

const ROWS = [1, 4, 16, 64, 256, 1000, 4000, 20_000];

export const byRows: Goal = sweepGoal({
  name: 'by-rows',
  title: 'how cost grows with the rows of a request',
  method: 'digits-mlp in JSON, 2 workers, 4 connections, bare sockets.',
  x: { label: 'rows', isLog: true },
  plots: [
    { ...CPU, name: 'cpu-by-rows', title: 'CPU per request against rows, digits-mlp in JSON' },
  ],
  stretches: () => [
    digitsStretch(
      'digits-mlp',
      2,
      ROWS.map((rows) => ({
        ...{ x: rows, label: String(rows), connections: 4 },
        asks: digitsAsks(rows),
      })),
    ),
  ],
});
