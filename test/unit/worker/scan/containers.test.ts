// A bound on arrays is for the reading of JSON values to judge: beyond it nothing is scanned.
import { describe, expect, it } from 'vitest';
import type { TensorSpec } from '../../../../src/model/tensor/signature.js';
import { columnTensors } from '../../../../src/worker/protocols/v1/column-tensors.js';
import { ColumnScan } from '../../../../src/worker/scan/column-scan.js';
import {
  containers,
  MOST_CONTAINERS,
  scannedTensor,
} from '../../../../src/worker/scan/scanned-tensor.js';

const spec = (dtype: TensorSpec['dtype'], ...shape: number[]): TensorSpec => ({
  name: 'x',
  dtype,
  shape,
});

/** So many arrays, that around all others included. */
function arrays(count: number, value: string): Buffer {
  return Buffer.from(`[${`[${value}],`.repeat(count - 2)}[${value}]] `);
}

describe('containers', () => {
  it.each([
    [[], 1],
    [[5], 1],
    [[5, 3], 6],
    [[2, 3, 4], 9],
  ])('arrays of sizes %j are %i', (sizes, count) => {
    expect(containers(sizes)).toBe(count);
  });
});

describe('scannedTensor', () => {
  it.each([
    ['float32', '1'],
    ['int64', '1'],
    ['string', '""'],
    ['bool', 'true'],
  ] as const)('reads as many arrays of %s as may be, and no more', (dtype, value) => {
    const most = scannedTensor(arrays(MOST_CONTAINERS, value), 0, spec(dtype, -1, 1));
    expect(most?.tensor.shape).toEqual([MOST_CONTAINERS - 1, 1]);
    const more = scannedTensor(arrays(MOST_CONTAINERS + 1, value), 0, spec(dtype, -1, 1));
    expect(more).toBeUndefined();
  });
});

describe('columns', () => {
  /** Rows that are an object each, with `[1]` in it. */
  function read(rows: number, isBare: boolean): unknown {
    const x = spec('float32', -1, 1);
    const column = ColumnScan.for(x, isBare) as ColumnScan;
    const bytes = Buffer.from(isBare ? '1 ' : '[1] ');
    column.begin();
    for (let row = 0; row < rows; row += 1) column.next(bytes, 0);
    return columnTensors([x], [column], rows)?.x?.shape;
  }

  it('count their rows, and the arrays in them', () => {
    const half = MOST_CONTAINERS / 2;
    expect(read(half, false)).toEqual([half, 1]);
    expect(read(half + 1, false)).toBeUndefined();
    expect(read(half + 1, true)).toEqual([half + 1, 1]);
    expect(read(MOST_CONTAINERS + 1, true)).toBeUndefined();
  });
});
