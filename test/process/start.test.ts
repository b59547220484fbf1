/** The two commands of the README, as a newcomer runs them. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Client } from './clients.js';
import { expectGone, launch, processTree, ROOT } from './server.js';

type Digits = { inputs: number[][]; lr: number[][]; mlp: number[][]; rf: number[][] };

describe('npm start', () => {
  it('serves the bundled models with the right answers; TERM to npm itself drains the server', async () => {
    const flags = ['--bind', '127.0.0.1:0', '--admin-bind', '127.0.0.1:0', '--workers', '2'];
    const server = launch('npm', ['start', '--', ...flags], {});
    const { address } = await server.line('listening');
    const pids = processTree(server.pid);
    const client = new Client(`http://${String(address)}`);

    const digits = JSON.parse(
      readFileSync(`${ROOT}/test/fixtures/digits_test.json`, 'utf8'),
    ) as Digits;
    for (const kind of ['lr', 'mlp', 'rf'] as const) {
      const answer = await client.post(`/v1/models/digits-${kind}:predict`, {
        instances: digits.inputs,
      });
      expect(answer.status).toBe(200);
      const { predictions } = JSON.parse(answer.text) as { predictions: unknown[] };
      const rows = predictions.map((row) =>
        Array.isArray(row) ? row : (row as { probabilities: number[] }).probabilities,
      ) as number[][];
      expect(largestDifference(rows, digits[kind])).toBeLessThan(1e-5);
    }
    const byDefault = await client.post('/predict', { instances: digits.inputs.slice(0, 2) });
    const { predictions } = JSON.parse(byDefault.text) as { predictions: number[][] };
    expect(largestDifference(predictions, digits.mlp.slice(0, 2))).toBeLessThan(1e-5);

    expect((await client.get('/v1/models')).text).toContain('"readability"');
    server.kill('SIGTERM');
    await server.line('stopped', ({ exitCode }) => exitCode === 0);
    await server.exited;
    await expectGone(pids);
    client.close();
  });
});

function largestDifference(got: readonly number[][], expected: readonly number[][]): number {
  expect(got.length).toBe(expected.length);
  const differences = got.flatMap((row, i) =>
    row.map((value, j) => Math.abs(value - (expected[i]?.[j] ?? Number.NaN))),
  );
  return Math.max(
    ...differences.map((value) => (Number.isNaN(value) ? Number.POSITIVE_INFINITY : value)),
  );
}
