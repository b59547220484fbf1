import { expect, test } from 'vitest';
import { MovingLine } from '../../../../src/queue/fleet/moving-line.js';

const slopeOf = ({ covariance, varX }: MovingLine): number => covariance / varX;

test('learns a line, and leaves nothing of it unexplained', () => {
  const line = new MovingLine();
  for (let i = 0; i < 100; i += 1) line.observe(i % 7, 3 + 2 * (i % 7));
  expect(slopeOf(line)).toBeCloseTo(2);
  expect(line.meanY - 2 * line.meanX).toBeCloseTo(3);
  expect(line.residual(2)).toBeCloseTo(0);
  expect(line.residual(0)).toBeCloseTo(line.varY);
});

test('the first points count alike, later ones more than those before them', () => {
  const line = new MovingLine();
  for (const y of [1, 2, 3, 6]) line.observe(0, y);
  expect(line.meanY).toBeCloseTo(3);
  for (let i = 0; i < 200; i += 1) line.observe(0, 10);
  expect(line.meanY).toBeCloseTo(10, 4);
  expect(line.varY).toBeCloseTo(0, 3);
});

test('the slope outlives the far point that taught it', () => {
  const line = new MovingLine();
  for (let i = 0; i < 50; i += 1) line.observe(1, 1);
  line.observe(1001, 11);
  for (let i = 0; i < 100; i += 1) line.observe(1, 1);
  expect(slopeOf(line)).toBeCloseTo(0.01);
});
