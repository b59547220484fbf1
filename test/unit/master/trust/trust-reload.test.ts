import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../../../src/errors.js';
import { Trust } from '../../../../src/master/trust/trust.js';
import { pair } from '../../../fixtures/tls.js';
import { configuration } from '../../config/inputs.js';

const read = (...argv: string[]) => configuration({ argv: ['models', ...argv] }).settings;
const NO_SECRETS = { apiKeys: undefined, adminKeys: undefined };

describe('on reload', () => {
  test('who is believed changes with the settings, once it is taken', () => {
    const trust = new Trust(read(), NO_SECRETS);
    const before = trust.gate;
    const take = trust.prepare(read('--cors-origins', 'https://page.example'));
    expect(trust.gate).toBe(before);
    take();
    const headers = ['access-control-request-method', 'POST'];
    const request = { method: 'OPTIONS', headers, crossOrigin: undefined } as never;
    expect(trust.gate).not.toBe(before);
    expect(trust.gate.preflight(request)).toBeUndefined();
  });

  test('TLS is neither turned on nor off', () => {
    const trust = new Trust(read(), NO_SECRETS);
    const { certfile, keyfile } = pair('first');
    const next = read('--certfile', certfile, '--keyfile', keyfile);
    expect(() => trust.prepare(next)).toThrow(ConfigError);
  });
});
