/** Whether a server says what it should, before and after it is measured. */
import { faultOfAnswer, type Sample } from './digits.js';
import { type Ask, bodyBytes, jsonAsk } from './load/ask.js';
import type { Running } from './servers/running.js';

/** A server that does not answer must not hold up the run. */
const LIMIT_MS = 60_000;

/** The held-out rows of the digits, one request each; throws at the first wrong answer. */
export async function checkAnswers(
  target: Running,
  samples: readonly Sample[],
  path = '/predict',
): Promise<void> {
  for (const sample of samples) {
    const text = await answerTo(target, jsonAsk(path, sample.body));
    const fault = faultOfAnswer(text, sample);
    if (fault !== undefined) throw new Error(`${target.name} answers wrong: ${fault}`);
  }
}

/** The text of a 200; anything else is thrown. */
export async function answerTo(target: Running, ask: Ask): Promise<string> {
  const reply = await fetch(`http://127.0.0.1:${target.port}${ask.path}`, {
    method: 'POST',
    headers: ask.headers,
    body: new Uint8Array(bodyBytes(ask)),
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  const text = await reply.text();
  if (reply.status !== 200) {
    throw new Error(`${target.name} answers ${reply.status}: ${text.slice(0, 200)}`);
  }
  return text;
}
