/** The bundled digits model, asked and judged. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer, Client } from './clients.js';
import { ROOT } from './server.js';

type Digits = { readonly inputs: number[][]; readonly mlp: number[][] };

export const DIGITS: Digits = JSON.parse(
  readFileSync(join(ROOT, 'test/fixtures/digits_test.json'), 'utf8'),
);
export const DIGITS_MODEL: string = join(ROOT, 'models/digits-mlp');

export function predictDigit(client: Client, row: number): Promise<Answer> {
  return client.post('/predict', { instances: [DIGITS.inputs[row]] });
}

export function isRight(answer: Answer, row: number): boolean {
  if (answer.status !== 200) return false;
  const { predictions } = JSON.parse(answer.text) as { predictions: number[][] };
  const expected = DIGITS.mlp[row] ?? [];
  return expected.every((value, at) => Math.abs(value - (predictions[0]?.[at] ?? 9)) < 1e-5);
}
