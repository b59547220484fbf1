import type { Goal } from '../goals/goal.js';
import { digitsAsks, digitsStretch } from './digits-stretch.js';
import { CPU, sweepGoal } from './sweep.js';

const CONNECTIONS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

export const byConnections: Goal = sweepGoal({
  name: 'by-connections',
  title: 'how cost grows with connections',
  method: 'digits-mlp, one row a request, 2 workers, bare sockets.',
  x: { label: 'connections', isLog: true },
  plots: [
    {
      ...{ name: 'throughput-by-connections', title: 'Throughput against connections, digits-mlp' },
      y: { label: 'requests per second', isLog: false },
      of: ({ requestsPerSecond }) => requestsPerSecond,
    },
    {
      ...CPU,
      name: 'cpu-by-connections',
      title: 'CPU per request against connections, digits-mlp',
    },
  ],
  stretches: () => [
    digitsStretch(
      'digits-mlp',
      2,
      CONNECTIONS.map((connections) => ({
        ...{ x: connections, label: String(connections), connections },
        asks: digitsAsks(1),
      })),
    ),
  ],
});
