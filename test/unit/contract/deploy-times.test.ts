import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { defaultText } from '../../../src/config/setting.js';
import { SETTINGS, type SettingKey } from '../../../src/config/settings.js';
import { parseDuration } from '../../../src/config/values/duration.js';
import { parseSize } from '../../../src/config/values/size.js';

const SECOND = 1000;
const nginx = read('deploy/nginx.conf');
const haproxy = read('deploy/haproxy.cfg');
const caddy = read('deploy/Caddyfile');
const apache = read('deploy/apache.conf');
const compose = read('deploy/compose.yaml');
const kubernetes = read('deploy/kubernetes.yaml');
const systemd = read('deploy/forkcast.service');
const dockerfile = read('Dockerfile');

function read(path: string): string {
  return readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
}

function defaultMs(key: SettingKey): number {
  return parseDuration(defaultText(SETTINGS[key]) ?? '') ?? Number.NaN;
}

/** The number that a line of a deploy file gives, in seconds there, in milliseconds here. */
function givenMs(text: string, line: RegExp): number {
  return Number(line.exec(text)?.[1]) * SECOND;
}

describe('the times of the deploy files fit the defaults, as docs/deploy.md says', () => {
  test.each([
    ['nginx', nginx, /^ {4}keepalive_timeout (\d+)s;/m],
    ['HAProxy', haproxy, /pool-purge-delay (\d+)s/],
    ['Caddy', caddy, /\bkeepalive (\d+)s/],
    ['Apache', apache, /\bttl=(\d+)/],
  ])('%s closes idle connections before the server does', (_name, text, line) => {
    const idleMs = givenMs(text, line);
    expect(idleMs).toBeGreaterThan(0);
    // HAProxy may need two of its turns.
    expect(2 * idleMs < defaultMs('keepAlive') || text !== haproxy).toBe(true);
    expect(idleMs).toBeLessThan(defaultMs('keepAlive'));
  });

  test.each([
    ['nginx', nginx, /proxy_read_timeout (\d+)s;/],
    ['HAProxy', haproxy, /timeout server (\d+)s/],
    ['Caddy', caddy, /response_header_timeout (\d+)s/],
    ['Apache', apache, /\btimeout=(\d+)/],
  ])('%s waits longer than a request may wait and run', (_name, text, line) => {
    expect(givenMs(text, line)).toBeGreaterThan(defaultMs('queueTimeout') + defaultMs('timeout'));
  });

  test('the proxy in front is given time to finish what it waits for', () => {
    const proxy = compose.slice(compose.indexOf('\n  nginx:'));
    const readMs = givenMs(nginx, /proxy_read_timeout (\d+)s;/);
    expect(givenMs(proxy, /stop_grace_period: (\d+)s/)).toBeGreaterThan(readMs);
  });

  test('every stop grace is longer than the graceful timeout', () => {
    const gracefulMs = defaultMs('gracefulTimeout');
    expect(givenMs(compose, /stop_grace_period: (\d+)s/)).toBeGreaterThan(gracefulMs);
    expect(givenMs(systemd, /TimeoutStopSec=(\d+)/)).toBeGreaterThan(gracefulMs);
    expect(givenMs(kubernetes, /terminationGracePeriodSeconds: (\d+)/)).toBeGreaterThan(gracefulMs);
  });

  test('the graceful timeout has room for the drain delay', () => {
    const delayMs = givenMs(kubernetes, /FORKCAST_DRAIN_DELAY, value: (\d+)s/);
    expect(delayMs).toBeGreaterThan(0);
    expect(delayMs).toBeLessThan(defaultMs('gracefulTimeout') / 2);
  });

  test('nobody loses patience with a server that boots', () => {
    const startup = kubernetes.slice(kubernetes.indexOf('startupProbe'));
    const periodMs = givenMs(startup, /periodSeconds: (\d+)/);
    const failures = Number(/failureThreshold: (\d+)/.exec(startup)?.[1]);
    expect(periodMs * failures).toBeGreaterThan(defaultMs('bootTimeout'));
    const startPeriodMs = givenMs(dockerfile, /--start-period=(\d+)m/) * 60;
    expect(startPeriodMs).toBeGreaterThanOrEqual(defaultMs('bootTimeout'));
  });

  test('the engine has more patience with an unready server than the server itself', () => {
    const [, intervalSeconds, retries] =
      /--interval=(\d+)s .*--retries=(\d+)/.exec(dockerfile) ?? [];
    const patienceMs = Number(intervalSeconds) * SECOND * Number(retries);
    expect(patienceMs).toBeGreaterThan(defaultMs('giveUpAfter'));
  });
});

test('the proxy takes bodies as large as the server does', () => {
  const proxyBytes = parseSize(`${/client_max_body_size (\d+)m;/.exec(nginx)?.[1]}mb`);
  expect(proxyBytes).toBe(parseSize(defaultText(SETTINGS.maxBody) ?? ''));
});
