import { describe, expect, test } from 'vitest';
import { RequestError } from '../../../../src/errors.js';
import { claimName } from '../../../../src/master/trust/claims.js';
import { forwardedClient } from '../../../../src/master/trust/forwarded.js';
import { hopsOf } from '../../../../src/master/trust/forwarded-header.js';
import { TrustedPeers } from '../../../../src/master/trust/trusted-peers.js';

const PEERS = new TrustedPeers(['127.0.0.1', '::1', '10.0.0.0/8', '2001:db8::/32']);

function client(...claims: string[]): ReturnType<typeof forwardedClient> {
  return forwardedClient(claims, PEERS);
}

describe('whose word is taken', () => {
  test.each([
    ['127.0.0.1', true],
    ['127.0.0.2', false],
    ['::1', true],
    ['10.255.1.2', true],
    ['11.0.0.1', false],
    ['2001:db8:1::2', true],
    ['2001:db9::2', false],
    ['::ffff:10.1.1.1', true],
    ['::ffff:8.8.8.8', false],
    ['', true],
    ['nonsense', false],
  ])('%j: %s', (address, isTrusted) => {
    expect(PEERS.has(address)).toBe(isTrusted);
  });

  test('everybody, or nobody but Unix sockets', () => {
    expect(new TrustedPeers(['*']).has('8.8.8.8')).toBe(true);
    expect(new TrustedPeers([]).has('127.0.0.1')).toBe(false);
    expect(new TrustedPeers([]).has('')).toBe(true);
  });
});

describe('the address of the client', () => {
  test.each([
    ['the only one', '203.0.113.7', '203.0.113.7'],
    ['the rightmost that is no proxy of ours', '6.6.6.6, 203.0.113.7, 10.0.0.9', '203.0.113.7'],
    ['the leftmost when all are ours', '10.0.0.1, 10.0.0.2', '10.0.0.1'],
    ['without its port', '203.0.113.7:4711', '203.0.113.7'],
    ['IPv6', '2001:db9::7', '2001:db9::7'],
    ['IPv6 in brackets', '[2001:db9::7]:4711', '2001:db9::7'],
    ['IPv4 as a part of IPv6', '::ffff:203.0.113.7', '203.0.113.7'],
    ['the last hop that is an address', 'unknown, 10.0.0.9', '10.0.0.9'],
    ['nobody', 'unknown', undefined],
    ['nobody from nothing', '', undefined],
  ])('is %s', (_what, value, address) => {
    expect(client('x-forwarded-for', value).address).toBe(address);
  });

  test('is read over several headers, as if they were one', () => {
    const claims = ['x-forwarded-for', '6.6.6.6', 'x-forwarded-for', '203.0.113.7, 10.0.0.9'];
    expect(client(...claims).address).toBe('203.0.113.7');
  });

  test('is in Forwarded, where that stands alone', () => {
    const value = 'for=6.6.6.6, for="[2001:db9::7]:4711";proto=https, for=10.0.0.9;by=x';
    expect(client('forwarded', value)).toEqual({ address: '2001:db9::7', isEncrypted: true });
    const both = client('forwarded', value, 'x-forwarded-for', '203.0.113.7');
    expect(both).toEqual({ address: '203.0.113.7', isEncrypted: undefined });
  });
});

describe('whether the client came over TLS', () => {
  test.each([
    [['x-forwarded-proto', 'https'], true],
    [['x-forwarded-proto', 'HTTPS'], true],
    [['x-forwarded-proto', 'http'], false],
    [['x-forwarded-proto', 'http, https'], true],
    [['x-forwarded-protocol', 'ssl'], true],
    [['x-forwarded-ssl', 'on'], true],
    [['x-forwarded-ssl', 'off'], false],
    [['x-forwarded-proto', 'https', 'x-forwarded-ssl', 'on'], true],
    [['x-forwarded-host', 'example.com'], undefined],
  ])('%j: %s', (claims, isEncrypted) => {
    expect(client(...claims).isEncrypted).toBe(isEncrypted);
  });

  test.each([
    [['x-forwarded-proto', 'https', 'x-forwarded-ssl', 'off']],
    [['x-forwarded-proto', 'https', 'x-forwarded-proto', 'http']],
  ])('%j disagree, and are refused', (claims) => {
    expect(() => client(...claims)).toThrow(RequestError);
  });
});

describe('the header Forwarded', () => {
  test.each([
    ['for=1.2.3.4', [{ for: '1.2.3.4' }]],
    ['For=1.2.3.4 ; Proto=http', [{ for: '1.2.3.4', proto: 'http' }]],
    ['for="a\\"b",for=_x', [{ for: 'a"b' }, { for: '_x' }]],
    ['for=1.2.3.4,', [{ for: '1.2.3.4' }]],
    ['', []],
    ['for', []],
    ['for=1.2.3.4 proto=http', []],
    ['for="open', []],
  ])('%j', (text, hops) => {
    expect(hopsOf(text)).toEqual(hops);
  });
});

test.each([
  ['X-Forwarded-For', 'x-forwarded-for'],
  ['X-FORWARDED-Prefix', 'x-forwarded-prefix'],
  ['Forwarded', 'forwarded'],
  ['X-Real-IP', 'x-real-ip'],
  ['Authorization', 'authorization'],
  ['X-Api-Key', 'x-api-key'],
  ['Origin', 'origin'],
  ['Content_Length', 'content_length'],
  ['Accept-Encoding', undefined],
  ['X-Custom', undefined],
  ['', undefined],
])('%s claims something: %s', (name, claim) => {
  expect(claimName(name)).toBe(claim);
});
