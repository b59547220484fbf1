import { describe, expect, it } from 'vitest';
import { environmentName, isListSetting } from '../../../../src/config/setting.js';
import { SETTING_KEYS, settingOf } from '../../../../src/config/settings.js';
import { configuration, faults } from '../inputs.js';

describe('FORKCAST_*', () => {
  it('reaches every setting', () => {
    for (const key of SETTING_KEYS) {
      const name = environmentName(key);
      if (isListSetting(settingOf(key))) continue; // nothing is an empty list
      const bad = settingOf(key).kind === 'path' ? ' \0' : ' ';
      expect(faults({ env: { [name]: bad } })[0], name).toMatch(`environment ${name}: expected`);
    }
  });

  it.each(['true', '1', 'yes', 'ON'])('takes %s as true', (text) => {
    expect(configuration({ env: { FORKCAST_ACCESS_LOG: text } }).settings.accessLog).toBe(true);
  });

  it.each(['false', '0', 'no', 'Off'])('takes %s as false', (text) => {
    expect(configuration({ env: { FORKCAST_ACCESS_LOG: text } }).settings.accessLog).toBe(false);
  });

  it('counts an empty variable as not set', () => {
    const env = { FORKCAST_BIND: '', FORKCAST_CONFIG: '', WEB_CONCURRENCY: '', PORT: '' };
    expect(configuration({ env }).origins.bind).toEqual({ from: 'default' });
  });

  it.each([
    ['FORKCAST_WORKER', '; did you mean FORKCAST_WORKERS?'],
    ['FORKCAST_CONFIGS', '; did you mean FORKCAST_CONFIG?'],
    ['FORKCAST_', '.'],
    ['FORKCAST_PORT', '.'],
  ])('refuses %s', (name, hint) => {
    expect(faults({ env: { [name]: '8' } })).toEqual([
      `environment ${name}: there is no such setting${hint}`,
    ]);
  });

  it('lets pass what Kubernetes sets for a Service called forkcast or forkcast-admin', () => {
    const env = {
      FORKCAST_SERVICE_HOST: '10.0.0.1',
      FORKCAST_SERVICE_PORT: '8000',
      FORKCAST_SERVICE_PORT_HTTP: '8000',
      FORKCAST_PORT: 'tcp://10.0.0.1:8000',
      FORKCAST_PORT_8000_TCP: 'tcp://10.0.0.1:8000',
      FORKCAST_PORT_8000_TCP_PROTO: 'tcp',
      FORKCAST_PORT_8000_TCP_PORT: '8000',
      FORKCAST_PORT_8000_TCP_ADDR: '10.0.0.1',
      FORKCAST_ADMIN_SERVICE_HOST: '10.0.0.2',
      FORKCAST_ADMIN_PORT: 'tcp://10.0.0.2:8001',
    };
    expect(faults({ env })).toEqual([]);
  });
});

describe('PORT and WEB_CONCURRENCY', () => {
  const env = { PORT: '9000', WEB_CONCURRENCY: '7' };
  const files = { '/srv/f.jsonc': '{ "bind": "127.0.0.1:1", "workers": 1 }' };

  it('win over the file', () => {
    const { settings, origins } = configuration({ argv: ['m', '-c', 'f.jsonc'], env, files });
    expect(settings.bind).toEqual([{ kind: 'tcp', host: '0.0.0.0', port: 9000 }]);
    expect(settings.workers).toBe(7);
    expect(origins.bind).toEqual({ from: 'environment', name: 'PORT' });
  });

  it('lose to our own variables, whatever they hold', () => {
    const own = { FORKCAST_BIND: '127.0.0.1:2', FORKCAST_WORKERS: '2' };
    const { settings } = configuration({ env: { PORT: 'x', WEB_CONCURRENCY: 'x', ...own } });
    expect(settings).toMatchObject({ bind: [{ port: 2 }], workers: 2 });
  });

  it('lose to flags', () => {
    const { settings } = configuration({ argv: ['m', '-w', '3', '-b', '127.0.0.1:3'], env });
    expect(settings).toMatchObject({ bind: [{ port: 3 }], workers: 3 });
  });

  it.each(['http', '70000', '-1', '80.5', 'tcp://10.0.0.1:80'])('refuses PORT=%s', (port) => {
    expect(faults({ env: { PORT: port } })).toEqual([
      `environment PORT: expected a port from 0 to 65535; got "${port}".`,
    ]);
  });

  it.each(['0', 'two', '1.5'])('refuses WEB_CONCURRENCY=%s', (count) => {
    expect(faults({ env: { WEB_CONCURRENCY: count } })).toEqual([
      `environment WEB_CONCURRENCY: expected a whole number from 1 to 1024, or auto; got "${count}".`,
    ]);
  });
});
