import { expect, test } from 'vitest';
import { LENGTH_HERE } from '../../../../../src/link/frames/frame.js';
import { ReplyLines } from '../../../../../src/link/frames/reply-lines.js';
import {
  type AnswerLines,
  answerHead,
} from '../../../../../src/master/front/canonical/answer-head.js';
import { readyReply } from '../../../../../src/master/front/canonical/ready-reply.js';

const CLOCK: AnswerLines = {
  dateLine: 'Date: now\r\n',
  keepAliveLines: 'Connection: keep-alive\r\n',
};
const FACTS = ['/predict', 'm', '1', ''];

function linesOf(...headers: string[]): ReplyLines {
  return new ReplyLines([...headers, ...FACTS].join('\n'));
}

test.each([
  ['a length', 200, ['content-type', 'text/plain', 'content-length', LENGTH_HERE, 'x-a', 'b']],
  ['no length', 200, ['content-type', 'text/plain']],
  ['chunks', 200, ['transfer-encoding', 'chunked', 'x-a', '\u00e9']],
  ['a date', 201, ['date', 'then', 'content-length', LENGTH_HERE]],
  ['an end of the connection', 400, ['content-length', LENGTH_HERE, 'connection', 'close']],
  ['no body', 204, ['x-a', 'b']],
  ['no headers', 304, []],
])('with %s it is what is put together for one answer alone', (_what, status, headers) => {
  const lines = linesOf(...headers);
  for (const isOfHead of [false, true]) {
    for (const contentLength of [17, 0]) {
      const reply = { status, lines, contentLength };
      const ready = readyReply(reply, isOfHead);
      const whole = [...lines.headersWith(contentLength), 'x-request-id', 'id-1'];
      const { text, form } = answerHead(status, whole, isOfHead, CLOCK);
      expect(ready.text(contentLength, 'id-1', CLOCK)).toBe(text);
      expect(ready.form).toBe(form);
    }
  }
});

test('is made once, and anew for another status', () => {
  const lines = linesOf('x-a', 'b');
  const first = readyReply({ status: 200, lines, contentLength: 0 }, false);
  expect(readyReply({ status: 200, lines, contentLength: 9 }, false)).toBe(first);
  expect(readyReply({ status: 404, lines, contentLength: 0 }, false)).not.toBe(first);
});
