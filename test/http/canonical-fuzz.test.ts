// Both ways into the server get the same bytes. `npm run loadtest -- fuzz` runs as many as one likes.
import { expect, test } from 'vitest';
import { fuzz } from '../../loadtest/fuzz/differential.js';

test('what is read straight from the socket is read, answered and ended as node:http does it', async () => {
  const report = await fuzz(20_261_127, 0, 6_000);
  expect(report.differences).toEqual([]);
  // Neither way is the only one that was tried.
  expect(report.handedOver).toBeGreaterThan(1000);
  expect(report.handedOver).toBeLessThan(5000);
  expect(report.requests).toBeGreaterThan(3000);
}, 60_000);
