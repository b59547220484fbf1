/** A client that tries from a server's first moment on. */
import { faultOfAnswer, type Sample } from '../digits.js';
import { postOf } from '../faults/connection.js';
import { askOnce } from './ask-once.js';

const LIMIT_MS = 60_000;
const PAUSE_MS = 5;

/** @returns when it had the right answer, by `performance.now()`. */
export async function firstAnswer(port: number, sample: Sample): Promise<number> {
  const limitMs = performance.now() + LIMIT_MS;
  const request = postOf('/predict', sample.body, true);
  while (performance.now() < limitMs) {
    const reply = await askOnce(port, request, LIMIT_MS);
    if (reply?.status === 200) {
      const fault = faultOfAnswer(reply.body, sample);
      if (fault !== undefined) throw new Error(fault);
      return performance.now();
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new Error('no answer in time');
}
