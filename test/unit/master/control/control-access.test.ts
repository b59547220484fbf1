import { expect, test } from 'vitest';
import type { Settings } from '../../../../src/config/settings.js';
import { parseAddress } from '../../../../src/config/values/address.js';
import { controlRefusal, type Port } from '../../../../src/master/control/control-access.js';

type Row = {
  control: Settings['modelControl'];
  /** Several are separated by a space. */
  bind: string;
  port: Port;
  headers?: string[];
  allowed: boolean;
};

const LOCAL = '127.0.0.1:8000';
const PUBLIC = '0.0.0.0:8000';

test.each<Row>([
  { control: 'auto', bind: LOCAL, port: 'main', allowed: true },
  { control: 'auto', bind: '127.8.9.1:80', port: 'main', allowed: true },
  { control: 'auto', bind: 'localhost:80', port: 'main', allowed: true },
  { control: 'auto', bind: '[::1]:80', port: 'main', allowed: true },
  { control: 'auto', bind: PUBLIC, port: 'main', allowed: false },
  { control: 'auto', bind: '[::]:80', port: 'main', allowed: false },
  { control: 'auto', bind: '10.0.0.1:80', port: 'main', allowed: false },
  { control: 'auto', bind: 'host.example:80', port: 'main', allowed: false },
  { control: 'auto', bind: 'unix:/run/x.sock', port: 'main', allowed: false },
  { control: 'auto', bind: 'fd://3', port: 'main', allowed: false },
  { control: 'auto', bind: LOCAL, port: 'main', headers: ['x-forwarded-for'], allowed: false },
  { control: 'auto', bind: LOCAL, port: 'main', headers: ['via'], allowed: false },
  { control: 'auto', bind: `${LOCAL} [::1]:8000`, port: 'main', allowed: true },
  { control: 'auto', bind: `${LOCAL} ${PUBLIC}`, port: 'main', allowed: false },
  { control: 'auto', bind: `${LOCAL} unix:/run/x.sock`, port: 'main', allowed: false },
  { control: 'auto', bind: PUBLIC, port: 'admin', allowed: true },
  { control: 'main', bind: PUBLIC, port: 'main', headers: ['via'], allowed: true },
  { control: 'main', bind: PUBLIC, port: 'admin', allowed: true },
  { control: 'admin', bind: LOCAL, port: 'main', allowed: false },
  { control: 'admin', bind: LOCAL, port: 'admin', allowed: true },
  { control: 'off', bind: LOCAL, port: 'main', allowed: false },
  { control: 'off', bind: LOCAL, port: 'admin', allowed: false },
  { control: 'main', bind: LOCAL, port: 'admin', headers: ['origin'], allowed: false },
  { control: 'main', bind: LOCAL, port: 'main', headers: ['sec-fetch-site'], allowed: false },
])('$control, bound to $bind, on the $port port with $headers: $allowed', (row) => {
  const bind = row.bind.split(' ').map((text) => parseAddress(text, '/') ?? expect.fail(text));
  const settings = { modelControl: row.control, bind };
  const refusal = controlRefusal(row.port, settings, new Set(row.headers));
  expect(refusal?.code).toBe(row.allowed ? undefined : 'FORBIDDEN');
});
