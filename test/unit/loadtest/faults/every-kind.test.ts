import { describe, expect, it } from 'vitest';
import { readRows, readSamples } from '../../../../loadtest/digits.js';
import type { Ask } from '../../../../loadtest/faults/asks.js';
import { faultOf } from '../../../../loadtest/faults/crowd.js';
import { everyKind } from '../../../../loadtest/faults/every-kind.js';

const asking = everyKind(() => ({ from: 1, to: 1 }));

/** Drawn until one is like that. */
function askLike(text: string): Ask {
  for (let count = 0; count < 10_000; count += 1) {
    const ask = asking(0, count);
    if (ask.kept.includes(text)) return ask;
  }
  throw new Error(`none in 10,000 has ${text}`);
}

const reply = (status: number, body: object) => ({
  ...{ status, body: JSON.stringify(body), isLast: false },
});

describe('requests of every kind', () => {
  const samples = readSamples('digits-mlp', readRows().length);
  const data = Array.from(
    { length: 2000 },
    (_, at) => samples[at % samples.length]?.expected ?? [],
  ).flat();

  it('judges all numbers of a binary request of many rows', () => {
    const ask = askLike('Inference-Header-Content-Length');
    expect(faultOf(reply(200, { outputs: [{ data }] }), ask)).toBeUndefined();
    const others = data.with(-1, 0.5);
    expect(faultOf(reply(200, { outputs: [{ data: others }] }), ask)).toMatch(/wrong/);
    expect(faultOf(reply(200, { outputs: [{ data: data.slice(10) }] }), ask)).toMatch(/wrong/);
  });

  it('takes the refusal of a bad request for right, and nothing else', () => {
    const ask = askLike('[1,2,3]');
    expect(faultOf(reply(400, { code: 'INVALID_INPUT' }), ask)).toBeUndefined();
    expect(faultOf(reply(200, { predictions: [[1]] }), ask)).toBe('not refused');
    expect(faultOf(reply(503, { code: 'QUEUE_FULL' }), ask)).toBe('503 QUEUE_FULL');
  });

  it('takes no refusal of a good request', () => {
    const ask = askLike('"instances":[{"n"');
    expect(faultOf(reply(400, { code: 'INVALID_INPUT' }), ask)).toBe('400 INVALID_INPUT');
  });
});
