// The most telling tests of the front once more, with all requests through `node:http`.
import { MasterFront } from './master-front.js';

MasterFront.defaults = { fastPath: false };

await import('./front.test.js');
await import('./front-parity.test.js');
await import('./front-stalls.test.js');
