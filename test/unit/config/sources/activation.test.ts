import { expect, it } from 'vitest';
import { formatAddress } from '../../../../src/config/values/address.js';
import { command, configuration, faults, PID } from '../inputs.js';

const OURS = { LISTEN_PID: String(PID) };

function places(env: Record<string, string>, argv = ['m']): string[] {
  const { bind, adminBind, metricsBind } = configuration({ argv, env }).settings;
  return [...bind, adminBind, ...(metricsBind ? [metricsBind] : [])].map(formatAddress);
}

it('sockets of systemd take the place of bind', () => {
  const env = { ...OURS, LISTEN_FDS: '2' };
  expect(places(env)).toEqual(['fd://3', 'fd://4', '127.0.0.1:8001']);
  expect(configuration({ env }).origins.bind).toEqual({ from: 'environment', name: 'LISTEN_FDS' });
});

it('their names say which are for the other ports', () => {
  const env = { ...OURS, LISTEN_FDS: '4', LISTEN_FDNAMES: 'http:metrics:admin:forkcast.socket' };
  expect(places(env)).toEqual(['fd://3', 'fd://6', 'fd://5', 'fd://4']);
});

it('what is given wins, and the sockets that are not used are told', () => {
  const env = { ...OURS, LISTEN_FDS: '2', LISTEN_FDNAMES: 'a:admin' };
  const argv = ['m', '-b', '[::1]:1'];
  expect(places(env, argv)).toEqual(['[::1]:1', 'fd://4']);
  expect(command({ argv, env })).toMatchObject({ unusedSockets: ['fd://3'] });
  expect(command({ argv: ['m'], env })).toMatchObject({ unusedSockets: [] });
});

it('those of another process are not ours', () => {
  expect(places({ LISTEN_PID: String(PID + 1), LISTEN_FDS: '1' })[0]).toBe('127.0.0.1:8000');
  expect(places({ LISTEN_FDS: '1' })[0]).toBe('127.0.0.1:8000');
});

it.each(['', '-1', 'x', '99999'])('LISTEN_FDS=%s is a fault', (LISTEN_FDS) => {
  expect(faults({ env: { ...OURS, LISTEN_FDS } })).toEqual([
    `environment LISTEN_FDS: expected a number of sockets up to 1024; got "${LISTEN_FDS}".`,
  ]);
});

it('two of a name that stands for one port are a fault', () => {
  const env = { ...OURS, LISTEN_FDS: '2', LISTEN_FDNAMES: 'admin:admin' };
  expect(faults({ env })).toEqual([expect.stringMatching(/LISTEN_FDS: .*got "fd:\/\/3,fd:\/\/4"/)]);
});
