import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PROXY_KINDS, PROXY_NAMES } from '../../../loadtest/proxies/proxy.js';
import { ROOT } from '../contract/source-files.js';

test.each(PROXY_NAMES)(
  'the file of %s is run with another upstream and port, and no other change',
  (name) => {
    const { config, adapted } = PROXY_KINDS[name];
    const text = readFileSync(join(ROOT, 'deploy', config), 'utf8');
    const lines = adapted(text, '127.0.0.1:4321', 8765).split('\n');
    const changed = lines.filter((line) => !text.split('\n').includes(line)).join('\n');
    expect(changed).toContain('127.0.0.1:4321');
    expect(changed).toContain('8765');
    expect(lines.filter((line) => /^[^#]*\bforkcast:8000/.test(line))).toEqual([]);
    // Caddy's admin port and grace period, too: several may run at a time.
    expect(changed.split('\n').length).toBeLessThanOrEqual(5);
  },
);
