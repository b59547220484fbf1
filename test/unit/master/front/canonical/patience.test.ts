import { expect, test } from 'vitest';
import { Patience } from '../../../../../src/master/front/canonical/patience.js';

const SETTINGS = { headerTimeout: 100, readTimeout: 300, keepAlive: 1000 };

test('a connection that brings nothing has the time of a head, from its beginning', () => {
  const patience = new Patience(SETTINGS, 1000);
  expect(patience.isOver('head', 0, 1099)).toBe(false);
  expect(patience.isOver('head', 0, 1100)).toBe(true);
});

test('a head that has begun is timed from the first look at it', () => {
  const patience = new Patience(SETTINGS, 0);
  patience.begin(undefined);
  expect(patience.isOver('head', 3, 5000)).toBe(false);
  expect(patience.isOver('head', 3, 5099)).toBe(false);
  expect(patience.isOver('head', 3, 5100)).toBe(true);
});

test('a body is timed from its request, whatever was looked at before', () => {
  const patience = new Patience(SETTINGS, 0);
  expect(patience.isOver('idle', 1, 900)).toBe(false);
  patience.begin(1000);
  expect(patience.isOver('body', 2, 1299)).toBe(false);
  expect(patience.isOver('body', 2, 1300)).toBe(true);
});

test('an idle connection is kept a little longer than is said, and each request begins anew', () => {
  const patience = new Patience(SETTINGS, 0);
  expect(patience.isOver('idle', 1, 500)).toBe(false);
  expect(patience.isOver('idle', 1, 2499)).toBe(false);
  expect(patience.isOver('idle', 2, 2500)).toBe(false); // another request was answered meanwhile
  expect(patience.isOver('idle', 2, 4499)).toBe(false);
  expect(patience.isOver('idle', 2, 4500)).toBe(true);
});

test('who waits for an answer may wait for ever, and so may all where nothing is set', () => {
  const patience = new Patience({ ...SETTINGS, keepAlive: 0 }, 0);
  expect(patience.isOver('answer', 1, 0)).toBe(false);
  expect(patience.isOver('answer', 1, 1e9)).toBe(false);
  expect(patience.isOver('idle', 1, 2e9)).toBe(false);
  expect(patience.isOver('idle', 1, 3e9)).toBe(false);
});
