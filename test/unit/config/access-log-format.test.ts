import { expect, test } from 'vitest';
import { ATOMS, FACTS, parseAccessLogFormat } from '../../../src/config/access-log-format.js';
import { faults } from './inputs.js';

test('text, atoms, headers and facts, in their order', () => {
  expect(parseAccessLogFormat('a %(h)s%(s)d 5%% %({X-Id}i)s %({Via}o)s %({model}e)s')).toEqual({
    parts: [
      { kind: 'text', text: 'a ' },
      { kind: 'atom', atom: 'h' },
      { kind: 'atom', atom: 's' },
      { kind: 'text', text: ' 5' },
      { kind: 'text', text: '%' },
      { kind: 'text', text: ' ' },
      { kind: 'request header', name: 'x-id' },
      { kind: 'text', text: ' ' },
      { kind: 'answer header', name: 'via' },
      { kind: 'text', text: ' ' },
      { kind: 'fact', name: 'model' },
    ],
    faults: [],
  });
});

test('knows every atom of gunicorn', () => {
  const text = [...'hlutrmUqHsBbfaTDMLp'].map((atom) => `%(${atom})s`).join(' ');
  expect(parseAccessLogFormat(text).faults).toEqual([]);
  expect(Object.keys(ATOMS).sort()).toEqual([...'hlutrmUqHsBbfaTDMLp'].sort());
  for (const fact of FACTS) expect(parseAccessLogFormat(`%({${fact}}e)s`).faults).toEqual([]);
});

test.each([
  [
    '%(z)s',
    'there is no atom %(z)s; expected one of h l u t r m U q H s B b f a T M D L p {NAME}i',
  ],
  ['%(toString)s', 'there is no atom %(toString)s'],
  ['%({modle}e)s', '%({modle}e)s: there is no such fact; did you mean model?'],
  ['%({HOME}e)s', '%({HOME}e)s: there is no such fact; expected one of requestId, model,'],
  ['%({a b}i)s', '"a b" is no name of a header'],
  ['%h', '"%h" is no atom; expected %(NAME)s, or %% for a percent sign'],
  ['100%', '"%" is no atom'],
  ['%(h)x', '"%(h)x" is no atom'],
])('%s is a fault', (format, start) => {
  const [fault, ...others] = parseAccessLogFormat(format).faults;
  expect(fault?.startsWith(start), fault).toBe(true);
  expect(others).toEqual([]);
});

test('all faults are told, with where the format came from', () => {
  expect(faults({ env: { FORKCAST_ACCESS_LOG_FORMAT: '%(z)s %h' } })).toEqual([
    expect.stringMatching(
      /^environment FORKCAST_ACCESS_LOG_FORMAT: there is no atom %\(z\)s; .*\.$/,
    ),
    'environment FORKCAST_ACCESS_LOG_FORMAT: "%h" is no atom; expected %(NAME)s, or %% for a percent sign.',
  ]);
});
