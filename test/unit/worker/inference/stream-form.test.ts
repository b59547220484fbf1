import { expect, test } from 'vitest';
import { type StreamForm, streamFormOf } from '../../../../src/worker/inference/stream-form.js';

test.each<[string | undefined, StreamForm]>([
  [undefined, 'lines'],
  ['', 'lines'],
  ['*/*', 'lines'],
  ['image/png', 'lines'],
  ['text/event-stream', 'events'],
  ['Text/Event-Stream ; charset=utf-8', 'events'],
  ['application/x-ndjson', 'lines'],
  ['application/jsonl', 'lines'],
  ['application/json', 'whole'],
  // What axios and browsers send unless told.
  ['application/json, text/plain, */*', 'whole'],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'lines'],
  ['*/*, text/event-stream', 'lines'],
  ['application/json;q=0.5, text/event-stream', 'events'],
  ['text/event-stream;q=0, application/json;q=0.1', 'whole'],
  ['text/event-stream;q=much, application/json;q=0.1', 'whole'],
  ['application/json;q=0.5;x=y,application/x-ndjson;Q=0.6', 'lines'],
])('Accept %s: %s', (accept, form) => {
  expect(streamFormOf(accept)).toBe(form);
});
