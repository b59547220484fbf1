import { expect, test } from 'vitest';
import { ArrivalLimits } from '../../../../src/master/front/arrival-limits.js';

test('limits are longer by what was taken out, for as long as a request may arrive', () => {
  let nowMs = 0;
  const limits = new ArrivalLimits({ headerTimeout: 100, readTimeout: 500 }, () => nowMs);
  const server = { headersTimeout: 1, requestTimeout: 1 };
  limits.ruleOver(server);
  const told = (): number[] => [server.headersTimeout, server.requestTimeout];
  expect(told()).toEqual([100, 500]);
  limits.extend(7000, nowMs);
  expect(told()).toEqual([7100, 7500]);
  nowMs = 499;
  limits.extend(1000, nowMs);
  expect(told()).toEqual([8100, 8500]);
  nowMs = 999;
  expect(told()).toEqual([100, 500]);
  limits.extend(50, nowMs);
  expect(told()).toEqual([150, 550]);
});

test('a gap that is noticed by the look itself counts', () => {
  let isNoticed = false;
  const limits: ArrivalLimits = new ArrivalLimits({ headerTimeout: 100, readTimeout: 500 }, () => {
    if (!isNoticed) limits.extend(9000, 10);
    isNoticed = true;
    return 10;
  });
  const server = { headersTimeout: 1, requestTimeout: 1 };
  limits.ruleOver(server);
  expect(server.requestTimeout).toBe(9500);
});
