import { expect, it } from 'vitest';
import { alternate } from '../../../../loadtest/goals/alternate.js';

it('turns the order round each time, and keeps the results apart', async () => {
  const order: string[] = [];
  const results = await alternate(['a', 'b'], 3, async (server, round) => {
    order.push(server);
    return `${server}${round}`;
  });
  expect(order.join('')).toBe('abbaab');
  expect(results).toEqual([
    ['a1', 'a2', 'a3'],
    ['b1', 'b2', 'b3'],
  ]);
});
