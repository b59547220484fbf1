import { answerTo } from '../answers.js';
import type { Goal } from '../goals/goal.js';
import { endsOf, tensorAsk } from '../load/tensor-ask.js';
import { startBaseline } from '../servers/baseline.js';
import { startForkcast } from '../servers/forkcast.js';
import type { Running } from '../servers/running.js';
import { CPU, sweepGoal } from './sweep.js';

const KILOBYTES = [1, 4, 16, 64, 256, 1024, 4096, 16_384];
const SUBJECT = 'loadtest/subjects/bytes';

export const byBodySize: Goal = sweepGoal({
  name: 'by-body-size',
  title: 'how cost grows with the body',
  method:
    'A float32 tensor in the binary form of the Open Inference Protocol, a function that answers two numbers of it; 2 workers, 4 connections, bare sockets.',
  x: { label: 'kilobytes', isLog: true },
  plots: [{ ...CPU, name: 'cpu-by-body-size', title: 'CPU per request against body size, binary' }],
  stretches: () => [
    {
      starts: [
        () => startForkcast({ serves: SUBJECT, workers: 2 }),
        () => startBaseline({ serves: `${SUBJECT}/model.mjs`, workers: 2 }),
      ],
      points: KILOBYTES.map((kilobytes) => ({
        ...{ x: kilobytes, label: String(kilobytes), connections: 4 },
        asks: [tensorAsk(kilobytes * 256)],
      })),
      check,
    },
  ],
});

async function check(server: Running): Promise<void> {
  const text = await answerTo(server, tensorAsk(1000));
  if (endsOf(text).join() !== '0,999') throw new Error(`${server.name} answers wrong: ${text}`);
}
