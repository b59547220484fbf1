// Both ways into the server get the same bytes. `npm run loadtest -- fuzz` runs as many as one likes.
import { expect, test } from 'vitest';
import { fuzz } from '../../loadtest/fuzz/differential.js';

test('what is read straight from the socket is read, answered and ended as node:http does it', async () => {
  const report = await fuzz(20_261_127, 0, 10_000);
  expect(report.differences).toEqual([]);
  // Neither way is the only one that was tried.
  expect(report.handedOver).toBeGreaterThan(2000);
  expect(report.handedOver).toBeLessThan(8000);
  expect(report.requests).toBeGreaterThan(5000);
}, 60_000);
