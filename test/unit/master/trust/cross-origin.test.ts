import { describe, expect, test } from 'vitest';
import {
  addCrossOrigin,
  isAllowed,
  originRules,
} from '../../../../src/master/trust/cross-origin.js';

const PAGE = 'https://app.example.com';

describe('which pages may read answers', () => {
  test('none unless told', () => {
    expect(originRules([])).toBeUndefined();
  });

  test('those that are listed, and caches are told that it depends', () => {
    const rules = originRules([PAGE]);
    const allowed = rules?.headersFor('https://APP.example.com');
    expect(allowed).toEqual(expect.arrayContaining(['access-control-allow-origin', PAGE]));
    expect(allowed?.slice(-2)).toEqual(['vary', 'origin']);
    for (const other of ['https://other.example.com', 'null', `${PAGE}.evil.test`, undefined]) {
      expect(rules?.headersFor(other)).toEqual(['vary', 'origin']);
      expect(isAllowed(rules?.headersFor(other))).toBe(false);
    }
  });

  test('all', () => {
    const rules = originRules(['*']);
    expect(isAllowed(rules?.headersFor('https://anything.test'))).toBe(true);
    expect(rules?.headersFor(undefined)).toBeUndefined();
  });
});

test('a module that says itself which pages may read its answer is left alone', () => {
  const headers = ['Access-Control-Allow-Origin', 'https://its.own'];
  addCrossOrigin(headers, ['access-control-allow-origin', '*']);
  expect(headers).toEqual(['Access-Control-Allow-Origin', 'https://its.own']);
});
