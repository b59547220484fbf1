import { describe, expect, it } from 'vitest';
import { mappingOptions, sessionOptions } from '../../../../src/model/runtimes/onnx-options.js';

const QUIET = {
  'session.intra_op.allow_spinning': '0',
  'session.inter_op.allow_spinning': '0',
};

it('computes with the threads it is given, one operator after another', () => {
  expect(sessionOptions({}, { threads: 3 })).toMatchObject({
    intraOpNumThreads: 3,
    interOpNumThreads: 1,
    executionMode: 'sequential',
  });
});

describe('spinning', () => {
  it.each([
    { threads: 1, cpuShare: 1, isOff: false },
    { threads: 1, cpuShare: 0.25, isOff: false },
    { threads: 4, cpuShare: 4, isOff: true },
    { threads: 3, cpuShare: 4, isOff: false },
    { threads: 2, cpuShare: 8 / 3, isOff: false },
    { threads: 3, cpuShare: 8 / 3, isOff: true },
    { threads: 2, cpuShare: 1, isOff: true },
    { threads: 2, cpuShare: 2, options: { interOpNumThreads: 2 }, isOff: true },
    { threads: 1, cpuShare: 3, options: { interOpNumThreads: 2 }, isOff: false },
  ])('$threads threads on $cpuShare CPUs: off $isOff', ({ options, isOff, ...share }) => {
    expect(sessionOptions(options, share).extra).toEqual(isOff ? QUIET : undefined);
  });

  it('is left to the operator who says something of it, in either form', () => {
    const options = (extra: object) => sessionOptions({ extra }, { threads: 2, cpuShare: 1 }).extra;
    const inner = { 'session.inter_op.allow_spinning': '0' };
    const nested = { session: { intra_op: { allow_spinning: '1' }, disable_prepacking: '1' } };
    expect(options(nested)).toEqual({ ...inner, ...nested });
    const dotted = { 'session.intra_op.allow_spinning': '1' };
    expect(options(dotted)).toEqual({ ...inner, ...dotted });
    const mixed = { session: { 'intra_op.allow_spinning': '1' } };
    expect(options(mixed)).toEqual({ ...inner, ...mixed });
    const other = { session: { disable_prepacking: '1' } };
    expect(options(other)).toEqual({ ...QUIET, ...other });
  });
});

describe('with mapped weights', () => {
  it.each([
    { extra: undefined, expected: { 'session.disable_prepacking': '1' } },
    { extra: { session: { disable_prepacking: '0' } }, expected: undefined },
    { extra: { 'session.disable_prepacking': '0' }, expected: undefined },
    { extra: QUIET, expected: { 'session.disable_prepacking': '1', ...QUIET } },
  ])('$extra', ({ extra, expected }) => {
    const options = mappingOptions(extra === undefined ? {} : { extra });
    expect(options.extra).toEqual(expected ?? extra);
  });
});
