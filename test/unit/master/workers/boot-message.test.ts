import { expect, test } from 'vitest';
import { bootMessage } from '../../../../src/master/workers/boot-message.js';
import { configuration } from '../../config/inputs.js';
import { NOTHING } from '../fake-worker.js';

const LOG = { level: 'info', format: 'json', file: '-' } as const;

test.each([
  { flags: ['-w', '2'], workers: 2, share: { threads: 4, cpuShare: 4 } },
  { flags: ['-w', '2'], workers: 4, share: { threads: 2, cpuShare: 2 } },
  { flags: ['-w', '2'], workers: 1, share: { threads: 8, cpuShare: 8 } },
  { flags: ['-w', '2', '--threads', '3'], workers: 4, share: { threads: 3, cpuShare: 2 } },
])(
  'with $flags a worker that starts as one of $workers gets $share',
  ({ flags, workers, share }) => {
    const { settings } = configuration({ argv: ['models', ...flags], cpus: 8 });
    const holding = { ...NOTHING, workers, settings, holders: { m: workers } };
    expect(bootMessage({ slot: 0, holding }, LOG)).toMatchObject({
      ...share,
      weights: { holders: { m: workers } },
    });
  },
);
