// Numbers that are cut out of a body must be those that the reading of it as a whole brings, to the
// last bit; and what that refuses must be refused, in the same words.
import { describe, expect, test } from 'vitest';
import type { TensorModel } from '../../../../../src/model/model.js';
import type { TensorSpec } from '../../../../../src/model/tensor/signature.js';
import { cutNumbers } from '../../../../../src/worker/protocols/v2/cut-numbers.js';
import { readRequest, wholeRequest } from '../../../../../src/worker/protocols/v2/request.js';
import { PLAIN } from '../../plain-model.js';
import { below, bitsOf, changed, numberText } from '../random-json.js';

function modelOf(...inputs: readonly TensorSpec[]): TensorModel {
  return {
    kind: 'tensors',
    ...PLAIN,
    signature: { inputs, outputs: [{ name: 'y', dtype: 'float32', shape: [1] }] },
    run: () => {},
  };
}

const ONE = modelOf({ name: 'X', dtype: 'float32', shape: [-1, 2] });
const TWO = modelOf(
  { name: 'a', dtype: 'int64', shape: [-1] },
  { name: 'größe', dtype: 'float64', shape: [-1, 2] },
  { name: 's', dtype: 'string', shape: [-1], isOptional: true },
);
const y = { y: { dtype: 'float32', shape: [1], data: Float32Array.of(1.5) } } as const;
const BEHIND = Buffer.alloc(16, 1);

function outcome(read: typeof readRequest, text: string, model: TensorModel, isBinary = false) {
  try {
    const { inputs, rows, reply } = read(
      Buffer.from(text),
      isBinary ? BEHIND : Buffer.alloc(0),
      model,
    );
    return { inputs: bitsOf(inputs), rows, reply: String(reply(y)) };
  } catch (error) {
    return { error: String(error) };
  }
}

function expectSame(text: string, model: TensorModel, isBinary = false): void {
  const whole = outcome(wholeRequest, text, model, isBinary);
  expect(outcome(readRequest, text, model, isBinary), text).toEqual(whole);
}

function isCut(text: string, model: TensorModel): boolean {
  return cutNumbers(Buffer.from(text), model.signature) !== undefined;
}

const X = '"name":"X","shape":[2,2],"datatype":"FP32"';
const A = '"name":"a","shape":[2],"datatype":"INT64"';
const B = '"name":"größe","shape":[1,2],"datatype":"FP64"';

describe('usual bodies', () => {
  test.each([
    [`{"inputs":[{${X},"data":[1,2.5,-3e2,0]}]}`, ONE],
    [`{"inputs":[{${X},"data":[[1,2.5],[-3e2,0]]}]}`, ONE],
    [`{"id":"a","inputs":[{${X},"data":[1,2,3,4]}],"outputs":[{"name":"y"}]}`, ONE],
    [`{"inputs":[{"data":[1,2,3,4],${X}}],"id":"a \\" b"}`, ONE],
    [` {\n "inputs" : [ { ${X} , "data" : [ [1 , 2] , [3,4] ]\n} ] } \n`, ONE],
    [`{"parameters":{"a":[{"data":[1]}]},"inputs":[{${X},"data":[1,2,3,4]}]}`, ONE],
    [`{"parameters":{"p":12345678901234567890},"inputs":[{${X},"data":[1,2,3,4]}]}`, ONE],
    [`{"inputs":[{${A},"data":[1,9007199254740991]},{${B},"data":[0.1,-0]}]}`, TWO],
    [`{"inputs":[{${B},"parameters":{"x":1},"data":[[1,2]]},{${A},"data":[3,4]}]}`, TWO],
    [
      `{"inputs":[{"name":"s","shape":[2],"datatype":"BYTES","data":["]","\\"}"]},{${A},"data":[1,2]},{${B},"data":[1,2]}]}`,
      TWO,
    ],
  ])('%s is cut', (text, model) => {
    expect(isCut(text, model)).toBe(true);
    expectSame(text, model);
  });

  test('with another input behind the JSON', () => {
    const text = `{"inputs":[{${A},"data":[1,2]},{${B},"parameters":{"binary_data_size":16}}]}`;
    expect(isCut(text, TWO)).toBe(true);
    expectSame(text, TWO, true);
    expectSame(text.replace('16', '8'), TWO, true);
    expectSame(text.replace('"parameters"', '"data":[1,2],"parameters"'), TWO, true);
  });
});

describe('what is unusual, or wrong', () => {
  test.each([
    '',
    '{}',
    '[]',
    '{"inputs":[]}',
    '{"inputs":{}}',
    `{"inputs":[{${X},"data":[]}]}`,
    `{"inputs":[{${X},"data":[1,2,3]}]}`,
    `{"inputs":[{${X},"data":[[1,2,3,4]]}]}`,
    `{"inputs":[{${X},"data":[[1,2],[3]]}]}`,
    `{"inputs":[{${X},"data":[[[1,2],[3,4]]]}]}`,
    `{"inputs":[{${X},"data":[1,2,3,NaN]}]}`,
    `{"inputs":[{${X},"data":[1,2,3,"NaN"]}]}`,
    `{"inputs":[{${X},"data":[1,2,3,null]}]}`,
    `{"inputs":[{${X},"data":[1,2,3,1e39]}]}`,
    `{"inputs":[{${X},"data":[1,2,3,4],"data":[5,6,7,8]}]}`,
    `{"inputs":[{${X},"data":[1,2,3,4],"d\\u0061ta":[5,6,7,8]}]}`,
    `{"inputs":[{${X},"data":[1,2,3,4]}],"inputs":[{${X},"data":[5,6,7,8]}]}`,
    `{"inputs":[{${X},"data":[1,2,3,4]}],"inp\\u0075ts":[{${X},"data":[5,6,7,8]}]}`,
    `{"inputs":[{${X},"data":[1,2,3,4]},{${X},"data":[1,2,3,4]}]}`,
    `{"inputs":[{${X},"data":[1,2,3,4],"name":"Y"}]}`,
    `{"inputs":[{"name":"Y","shape":[2,2],"datatype":"FP32","data":[1,2,3,4]}]}`,
    `{"inputs":[{"shape":[2,2],"datatype":"FP32","data":[1,2,3,4]}]}`,
    `{"inputs":[{"name":"X","shape":[4],"datatype":"FP32","data":[1,2,3,4]}]}`,
    `{"inputs":[{"name":"X","shape":[2,2],"datatype":"FP64","data":[1,2,3,4]}]}`,
    `{"inputs":[{${X},"data":[1,2,3,4]}]`,
    `{"inputs":[{${X},"data":[1,2,3,4]}]}}`,
    `{"inputs":[{${X},"data":[1,2,3,4]}]} x`,
    `{"inputs":[{${X},"data":[1,2,3,4]],"a":1}`,
    `{"inputs":[{${X},"data":[1,2,3,4] "id":"a"}]}`,
    `{"inputs":[{${X},"data":[1,2,3,4]}],"id":5}`,
    `{"inputs":[{${X},"data":[1,2,3,4]}],"__proto__":{}}`,
    `{"inputs":[{${X},"data":"#"}]}`,
    `{"inputs":[{${X},"data":"#"},{${X},"data":[1,2,3,4]}]}`,
    `\ufeff{"inputs":[{${X},"data":[1,2,3,4]}]}`,
    `{"inputs":[{${X},"data":${'['.repeat(200)}1${']'.repeat(200)}}]}`,
  ])('%s is told as ever', (text) => expectSame(text, ONE));

  test('several inputs, of which one has no name before its numbers', () => {
    expectSame(`{"inputs":[{"data":[1,2],${A}},{${B},"data":[1,2]}]}`, TWO);
    expectSame(`{"inputs":[{${A},"data":[1,12345678901234567]},{${B},"data":[1,2]}]}`, TWO);
    const again = '"datatype":"FP64","shape":[1,2]';
    expectSame(`{"inputs":[{${A},"data":[1,2],"name":"größe",${again}},{${A},"data":[1,2]}]}`, TWO);
  });
});

describe('at random', () => {
  test('numbers are the same', () => {
    let cuts = 0;
    for (let round = 0; round < 3000; round++) {
      const values = Array.from({ length: 4 }, numberText);
      const data = below(2) === 0 ? values.join() : `[${values[0]},${values[1]}],[${values[2]},1]`;
      const text = `{"inputs":[{${X},"data":[${data}]}]}`;
      expectSame(text, ONE);
      if (isCut(text, ONE)) cuts += 1;
    }
    expect(cuts).toBeGreaterThan(1500);
  });

  test.each([
    [`{"id":"a","inputs":[{${X},"data":[1,2.5,-3e2,0]}],"outputs":[{"name":"y"}]}`, ONE],
    [`{"inputs":[{${A},"data":[1,2]},{${B},"data":[[0.1,-0]]}]}`, TWO],
  ])('%s with bytes changed is the same', (body, model) => {
    for (let round = 0; round < 6000; round++) expectSame(changed(body), model);
  });
});
