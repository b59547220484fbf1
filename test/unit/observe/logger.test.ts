import { expect, test } from 'vitest';
import { createLogger, createSink, resolveLogFormat } from '../../../src/observe/logger.js';

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function captured(format: 'json' | 'pretty', level: 'info' | 'silent' = 'info') {
  const lines: string[] = [];
  const sink = createSink(format, { write: (chunk) => lines.push(chunk) });
  const log = createLogger({ level, base: { slot: 3 }, sink });
  return { log, lines };
}

test('a line has ISO time, level by name, pid, base fields, facts and msg', () => {
  const { log, lines } = captured('json');
  log.warn({ port: 8000 }, 'listening');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    level: 'warn',
    time: expect.stringMatching(ISO),
    pid: process.pid,
    slot: 3,
    port: 8000,
    msg: 'listening',
  });
});

test('an error is under err, with its code, its stack and its cause', () => {
  const { log, lines } = captured('json');
  const err = Object.assign(new Error('no', { cause: new Error('because') }), { code: 'E1' });
  log.error({ err }, 'model could not load');
  const line = JSON.parse(lines[0] ?? '');
  expect(line.err).toMatchObject({ type: 'Error', code: 'E1' });
  expect(line.err.message).toContain('no');
  expect(line.err.stack).toContain('because');
});

test('lines below the level are not written', () => {
  const { log, lines } = captured('json');
  log.debug('small');
  expect(lines).toEqual([]);
  const silent = captured('json', 'silent');
  silent.log.fatal('large');
  expect(silent.lines).toEqual([]);
});

test('pretty is one readable line with its facts', () => {
  const { log, lines } = captured('pretty');
  log.info({ port: 8000 }, 'listening');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(
    /^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: listening \{"slot":3,"port":8000\}\n$/,
  );
});

test('auto is pretty at a terminal and JSON elsewhere', () => {
  expect(resolveLogFormat('auto', true)).toBe('pretty');
  expect(resolveLogFormat('auto', false)).toBe('json');
  expect(resolveLogFormat('json', true)).toBe('json');
  expect(resolveLogFormat('pretty', false)).toBe('pretty');
});
