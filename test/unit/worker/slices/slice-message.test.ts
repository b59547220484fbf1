import { describe, expect, it } from 'vitest';
import { allocate, DTYPES } from '../../../../src/model/tensor/dtype.js';
import type { Tensors } from '../../../../src/model/tensor/tensor.js';
import {
  type Pieces,
  readResult,
  readSlice,
  resultMessage,
  sliceMessage,
} from '../../../../src/worker/slices/slice-message.js';

/** As it comes off the link: at any offset of its memory. */
function sent(pieces: Pieces, offset = 3): Buffer {
  return Buffer.concat([Buffer.alloc(offset), ...pieces]).subarray(offset);
}

const HEAD = { requestId: 'r', name: 'm', version: '1' };

describe('a slice', () => {
  it.each(DTYPES)('carries %s as it is', (dtype) => {
    const data = allocate(dtype, 6);
    for (let i = 0; i < 6; i += 1) {
      if (Array.isArray(data)) data[i] = `zeichen ${i} ✓`;
      else data[i] = typeof data[i] === 'bigint' ? BigInt(i) : i;
    }
    const inputs: Tensors = { größe: { dtype, shape: [3, 2], data } };
    const work = { kind: 'tensors', inputs } as const;
    expect(readSlice(sent(sliceMessage(HEAD, work))).work).toEqual(work);
  });

  it('carries several tensors, empty ones too, and how the reply is written', () => {
    const inputs: Tensors = {
      a: { dtype: 'uint8', shape: [3], data: Uint8Array.of(1, 2, 3) },
      none: { dtype: 'float64', shape: [3, 0], data: new Float64Array(0) },
      b: { dtype: 'float64', shape: [3], data: Float64Array.of(Number.NaN, -0, 1e300) },
    };
    const head = { ...HEAD, text: { protocol: 'v2', form: '["y"]' } };
    for (let offset = 0; offset < 8; offset += 1) {
      const work = { kind: 'tensors', inputs } as const;
      const read = readSlice(sent(sliceMessage(head, work), offset));
      expect(read.work).toEqual(work);
      expect(read.head).toMatchObject(head);
    }
  });

  it('carries instances as JSON.parse has made them', () => {
    const instances = JSON.parse('[-0, 1e999, null, "größer", {"b": [1.5, true], "a": {}}, []]');
    for (let offset = 0; offset < 8; offset += 1) {
      const work = { kind: 'instances', instances } as const;
      expect(readSlice(sent(sliceMessage(HEAD, work), offset)).work).toEqual(work);
    }
  });
});

describe('a result', () => {
  const outputs: Tensors = {
    y: { dtype: 'float32', shape: [2, 1], data: Float32Array.of(0.1, -0) },
  };

  it('carries tensors', () => {
    const part = { rows: 2, outputs, texts: undefined, micros: 12.5 };
    expect(readResult(sent(resultMessage(part)))).toEqual(part);
  });

  it('carries texts, and then nothing of the tensors but their shapes', () => {
    const texts = [Buffer.from('[0.1],[0]'), Buffer.from('"größer"')];
    const read = readResult(sent(resultMessage({ rows: 2, outputs, texts, micros: 1 })));
    expect(read?.texts?.map(String)).toEqual(['[0.1],[0]', '"größer"']);
    expect(read?.rows).toBe(2);
    expect(read?.outputs.y).toMatchObject({ dtype: 'float32', shape: [2, 1] });
  });

  it('may be that it failed', () => {
    expect(readResult(sent(resultMessage(undefined)))).toBeUndefined();
  });
});
