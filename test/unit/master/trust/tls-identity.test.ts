import { describe, expect, test } from 'vitest';
import { readIdentity } from '../../../../src/master/trust/tls-identity.js';
import { pair, tlsFile } from '../../../fixtures/tls.js';

const NONE = { certfile: undefined, keyfile: undefined, caCerts: undefined };

describe('readIdentity', () => {
  test('reads a pair, and when the certificate ends', () => {
    const { identity, faults } = readIdentity({ ...NONE, ...pair('first') });
    expect(faults).toEqual([]);
    expect(identity?.validTo.getUTCFullYear()).toBe(2126);
    expect(identity?.context.minVersion).toBe('TLSv1.2');
  });

  test.each([
    {
      what: 'a file that is not there',
      files: { ...pair('first'), certfile: '/nowhere/cert.pem' },
      fault: /^certfile \/nowhere\/cert.pem: cannot be read: ENOENT/,
    },
    {
      what: 'a key of another certificate',
      files: { ...pair('first'), keyfile: pair('second').keyfile },
      fault:
        /^keyfile .*second\.key: the key does not belong to the certificate in .*first\.crt\.$/,
    },
    {
      what: 'a key in place of the certificate',
      files: { ...pair('first'), certfile: pair('first').keyfile },
      fault: /^certfile .*first\.key: expected a certificate in PEM form/,
    },
    {
      what: 'a certificate in place of the key',
      files: { ...pair('first'), keyfile: pair('first').certfile },
      fault: /^keyfile .*first\.crt: expected a private key in PEM form, without a passphrase/,
    },
    {
      what: 'authorities that are none',
      files: { ...pair('first'), caCerts: tlsFile('first.key') },
      fault: /^ca-certs .*first\.key: expected a certificate in PEM form/,
    },
  ])('tells $what', ({ files, fault }) => {
    const { identity, faults } = readIdentity({ ...NONE, ...files });
    expect(identity).toBeUndefined();
    expect(faults).toEqual([expect.stringMatching(fault)]);
  });

  test('tells all faults at once', () => {
    const files = { certfile: '/nowhere/a', keyfile: '/nowhere/b', caCerts: '/nowhere/c' };
    expect(readIdentity(files).faults).toHaveLength(3);
  });
});
