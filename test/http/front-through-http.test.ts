// The most telling tests of the front once more, with all requests through `node:http`.
import { describe } from 'vitest';
import { MasterFront } from './master-front.js';

MasterFront.defaults = { fastPath: false };

// Each in a suite of its own, which its hooks belong to.
describe('through node:http', () => {
  describe('as in front.test.ts', async () => {
    await import('./front.test.js');
  });
  describe('as in front-parity.test.ts', async () => {
    await import('./front-parity.test.js');
  });
  describe('as in front-stalls.test.ts', async () => {
    await import('./front-stalls.test.js');
  });
});
