import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { V2_DATATYPES } from '../../src/model/paths/v2-datatype.js';
import type { Dtype } from '../../src/model/tensor/tensor.js';
import { buildApp } from '../../src/worker/app.js';
import { REQUEST_ID } from './model-app.js';
import { silentLog } from './silent-log.js';
import { echoModel, oneInput, spec, versionModel } from './tensor-models.js';
import {
  bytesOf,
  infer,
  inferBinary,
  inferJson,
  LENGTH_HEADER,
  stringBytes,
  type V2Answer,
} from './v2-client.js';

const pair = echoModel('pair', {
  inputs: [spec('a', 'float32', [-1, 2]), spec('b', 'string', [-1])],
  outputs: [spec('c', 'float32', [-1, 2]), spec('d', 'string', [-1])],
});

let app: FastifyInstance;

beforeAll(async () => {
  const dtypes = Object.keys(V2_DATATYPES) as Dtype[];
  const models = [
    ...dtypes.map((dtype) => oneInput(dtype, dtype, [-1])),
    oneInput('cube', 'int32', [-1, 2, 3]),
    oneInput('scalar', 'float64', []),
    pair,
    oneInput('wine', 'float32', [-1, 2], { isLatest: false, labels: ['stable'] }),
    oneInput('wine', 'float32', [-1, 2], { version: '2' }),
    versionModel('rows', '1', true, []),
  ];
  app = buildApp({ models, defaultModel: undefined, log: silentLog, maxBodyBytes: 2 ** 20 });
  await app.ready();
});

afterAll(() => app.close());

function input(name: string, datatype: string, shape: readonly unknown[], data?: unknown) {
  return { name, datatype, shape, ...(data === undefined ? {} : { data }) };
}

function binaryInput(name: string, datatype: string, shape: readonly unknown[], size: unknown) {
  return { name, datatype, shape, parameters: { binary_data_size: size } };
}

function expectError(answer: V2Answer, status: number, code: string, error: string): void {
  expect(answer.json).toEqual({ error, code, requestId: REQUEST_ID });
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toBe('application/json');
}

describe('a reply', () => {
  test('names model and version, and has the data in one array', async () => {
    const data = [1, 2, 3, 4, 5, 6];
    const answer = await inferJson(app, 'cube', { inputs: [input('x', 'INT32', [1, 2, 3], data)] });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.headers[LENGTH_HEADER]).toBeUndefined();
    expect(answer.json).toEqual({
      model_name: 'cube',
      model_version: '1',
      outputs: [{ name: 'y', datatype: 'INT32', shape: [1, 2, 3], data }],
    });
  });

  test('is the same for nested data', async () => {
    const data = [
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ];
    const answer = await inferJson(app, 'cube', { inputs: [input('x', 'INT32', [1, 2, 3], data)] });
    expect(answer.json.outputs[0].data).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('repeats id and parameters as they came', async () => {
    const parameters = { a: 'text', b: 1.5, c: true, sequence_id: 7, binary_data_output: false };
    const inputs = [input('x', 'FP64', [], 1)];
    const answer = await inferJson(app, 'scalar', { id: 'ü-1', parameters, inputs });
    expect(answer.json).toMatchObject({ id: 'ü-1', parameters });
  });

  test('repeats numbers with more digits than a double has, where they were read', async () => {
    const inputs = [input('x', 'INT64', [0], [])];
    const text = JSON.stringify({ parameters: { n: 0 }, inputs }).replace('0', '9007199254740993');
    const reply = await app.inject({ method: 'POST', url: '/v2/models/int64/infer', body: text });
    expect(reply.body).toContain('"parameters":{"n":9007199254740993}');
  });

  test('of a named version', async () => {
    const body = { inputs: [input('x', 'FP32', [1, 2], [1, 2])] };
    const version = async (path: string): Promise<unknown> =>
      (await inferJson(app, path, body)).json.model_version;
    expect(await version('wine')).toBe('2');
    expect(await version('wine/versions/1')).toBe('1');
    expect(await version('wine/versions/2')).toBe('2');
    expect(await version('%77ine/versions/%31')).toBe('1');
  });
});

describe('outputs', () => {
  const inputs = [input('a', 'FP32', [1, 2], [1, 2]), input('b', 'BYTES', [1], ['x'])];
  const outputNames = (answer: V2Answer): string[] =>
    answer.json.outputs.map(({ name }: { name: string }) => name);

  test.each([
    [undefined, ['c', 'd']],
    [[], ['c', 'd']],
    [[{ name: 'd' }], ['d']],
    [
      [{ name: 'd' }, { name: 'c' }],
      ['d', 'c'],
    ],
    [[{ name: 'c', parameters: { ours: 1 } }], ['c']],
  ])('%j', async (outputs, names) => {
    const answer = await inferJson(app, 'pair', { inputs, ...(outputs && { outputs }) });
    expect(outputNames(answer)).toEqual(names);
  });

  test.each([
    [true, [{ name: 'c', parameters: { binary_data: false } }, { name: 'd' }], [false, true]],
    [false, [{ name: 'c', parameters: { binary_data: true } }, { name: 'd' }], [true, false]],
    [undefined, [{ name: 'c' }, { name: 'd', parameters: { binary_data: true } }], [false, true]],
    [true, undefined, [true, true]],
  ])('binary_data_output %j, outputs %j', async (all, outputs, areBinary) => {
    const parameters = all === undefined ? undefined : { binary_data_output: all };
    const answer = await inferJson(app, 'pair', { inputs, parameters, outputs });
    expect(answer.headers['content-type']).toBe('application/octet-stream');
    const isBinary = (output: { data?: unknown }): boolean => output.data === undefined;
    expect(answer.json.outputs.map(isBinary)).toEqual(areBinary);
    const tensors = [bytesOf(new Float32Array([1, 2])), stringBytes('x')];
    const expected = tensors.filter((_, index) => areBinary[index]);
    expect(answer.binary).toEqual(Buffer.concat(expected));
    const sizes = answer.json.outputs.flatMap(
      ({ parameters: own }: { parameters?: { binary_data_size: number } }) =>
        own === undefined ? [] : [own.binary_data_size],
    );
    expect(sizes).toEqual(expected.map(({ length }) => length));
  });
});

describe('each datatype', () => {
  const VALUES = [
    ['bool', [true, false], new Uint8Array([1, 0])],
    ['int8', [-128, 127], new Int8Array([-128, 127])],
    ['int16', [-32768, 32767], new Int16Array([-32768, 32767])],
    ['int32', [-(2 ** 31), 2 ** 31 - 1], new Int32Array([-(2 ** 31), 2 ** 31 - 1])],
    ['uint8', [0, 255], new Uint8Array([0, 255])],
    ['uint16', [0, 65535], new Uint16Array([0, 65535])],
    ['uint32', [0, 2 ** 32 - 1], new Uint32Array([0, 2 ** 32 - 1])],
    ['float16', [1.5, -2], new Uint16Array([0x3e00, 0xc000])],
    ['bfloat16', [1.5, -2], new Uint16Array([0x3fc0, 0xc000])],
    ['float32', [0.5, -(2 ** 100)], new Float32Array([0.5, -(2 ** 100)])],
    ['float64', [0.1, -1e300], new Float64Array([0.1, -1e300])],
  ] as const;

  test.each(VALUES)(
    '%s: JSON in, bytes out, and the other way round',
    async (dtype, values, data) => {
      const datatype = V2_DATATYPES[dtype];
      const toBytes = await inferJson(app, dtype, {
        parameters: { binary_data_output: true },
        inputs: [input('x', datatype, [2], values)],
      });
      expect(toBytes.binary).toEqual(bytesOf(data));
      const [output] = toBytes.json.outputs;
      const { byteLength } = data;
      expect(output).toEqual({
        name: 'y',
        datatype,
        shape: [2],
        parameters: { binary_data_size: byteLength },
      });
      const json = { inputs: [binaryInput('x', datatype, [2], byteLength)] };
      const toJson = await inferBinary(app, dtype, json, bytesOf(data));
      expect(toJson.json.outputs[0].data).toEqual(values);
    },
  );

  test.each([
    ['int64', ['-9223372036854775808', '9007199254740993', '9223372036854775807']],
    ['uint64', ['0', '9007199254740993', '18446744073709551615']],
  ] as const)('%s is exact both ways', async (dtype, digits) => {
    const data = digits.map(BigInt);
    const array = dtype === 'int64' ? new BigInt64Array(data) : new BigUint64Array(data);
    const datatype = V2_DATATYPES[dtype];
    const body = `{"parameters":{"binary_data_output":true},"inputs":[{"name":"x","datatype":"${datatype}","shape":[3],"data":[${digits.join(',')}]}]}`;
    expect((await inferJson(app, dtype, body)).binary).toEqual(bytesOf(array));
    const head = Buffer.from(JSON.stringify({ inputs: [binaryInput('x', datatype, [3], 24)] }));
    const reply = await app.inject({
      method: 'POST',
      url: `/v2/models/${dtype}/infer`,
      headers: { [LENGTH_HEADER]: String(head.length) },
      payload: Buffer.concat([head, bytesOf(array)]),
    });
    expect(reply.body).toContain(`"data":[${digits.join(',')}]`);
  });

  test('BYTES', async () => {
    const texts = ['', 'ä', 'long '.repeat(100)];
    const toBytes = await inferJson(app, 'string', {
      parameters: { binary_data_output: true },
      inputs: [input('x', 'BYTES', [3], texts)],
    });
    expect(toBytes.binary).toEqual(stringBytes(...texts));
    const bytes = stringBytes(...texts);
    const json = { inputs: [binaryInput('x', 'BYTES', [3], bytes.length)] };
    expect((await inferBinary(app, 'string', json, bytes)).json.outputs[0].data).toEqual(texts);
  });

  test('NaN and the infinities: names in JSON, themselves in bytes', async () => {
    const names = ['NaN', 'Infinity', '-Infinity'];
    for (const [dtype, data] of [
      ['float64', new Float64Array([Number.NaN, Infinity, -Infinity])],
      ['float32', new Float32Array([Number.NaN, Infinity, -Infinity])],
      ['float16', new Uint16Array([0x7e00, 0x7c00, 0xfc00])],
      ['bfloat16', new Uint16Array([0x7fc0, 0x7f80, 0xff80])],
    ] as const) {
      const datatype = V2_DATATYPES[dtype];
      const answer = await inferJson(app, dtype, {
        parameters: { binary_data_output: true },
        inputs: [input('x', datatype, [3], names)],
      });
      expect(answer.binary).toEqual(bytesOf(data));
      const json = { inputs: [binaryInput('x', datatype, [3], data.byteLength)] };
      const back = await inferBinary(app, dtype, json, bytesOf(data));
      expect(back.json.outputs[0].data).toEqual(names);
    }
  });
});

describe('what clients write beside the protocol', () => {
  test('null for a member that they do not use', async () => {
    const empty = { ...input('x', 'FP32', [0]), data: null, parameters: { binary_data_size: 0 } };
    const body = { id: null, parameters: null, outputs: null, inputs: [empty] };
    const answer = await inferJson(app, 'float32', body);
    expect(answer.json).toEqual({
      model_name: 'float32',
      model_version: '1',
      outputs: [{ name: 'y', datatype: 'FP32', shape: [0], data: [] }],
    });
    const noParameters = { ...input('x', 'FP32', [1], [1]), parameters: null };
    expect((await inferJson(app, 'float32', { inputs: [noParameters] })).status).toBe(200);
  });

  test('names they do not need, such as model_name', async () => {
    const body = { model_name: 'other', inputs: [input('x', 'FP32', [1], [1])] };
    expect((await inferJson(app, 'float32', body)).json.model_name).toBe('float32');
  });

  test('NaN and the infinities without quotes', async () => {
    const text = '[NaN, Infinity,-Infinity, 1e3]';
    const body = `{"id":"NaN\\" Infinity","inputs":[{"name":"x","datatype":"FP64","shape":[4],"data":${text}}]}`;
    const answer = await inferJson(app, 'float64', body);
    expect(answer.json.outputs[0].data).toEqual(['NaN', 'Infinity', '-Infinity', 1000]);
    expect(answer.json.id).toBe('NaN" Infinity');
  });

  test.each([
    ['{"inputs":[NaN', 11, 'expected a value or "]", got "N"'],
    ['{"inputs":[Nan]}', 11, 'expected a value or "]", got "N"'],
    ['{"inputs": "NaN]', 16, 'expected the end of a string, got the end'],
  ])('but %s is no JSON', async (body, offset, problem) => {
    const at = `position ${offset} (line 1, column ${offset + 1})`;
    const error = `the body is not valid JSON at ${at}: ${problem}`;
    expectError(await inferJson(app, 'float64', body), 400, 'INVALID_INPUT', error);
  });
});

describe('shapes', () => {
  test.each([
    ['bare', 5],
    ['in an array', [5]],
  ])('a scalar, %s', async (_, data) => {
    const answer = await inferJson(app, 'scalar', { inputs: [input('x', 'FP64', [], data)] });
    expect(answer.json.outputs).toEqual([{ name: 'y', datatype: 'FP64', shape: [], data: [5] }]);
  });

  test('a tensor without values, in JSON and in bytes', async () => {
    const asJson = await inferJson(app, 'cube', { inputs: [input('x', 'INT32', [0, 2, 3], [])] });
    expect(asJson.json.outputs[0]).toMatchObject({ shape: [0, 2, 3], data: [] });
    const json = {
      inputs: [binaryInput('x', 'INT32', [0, 2, 3], 0)],
      outputs: [{ name: 'y', parameters: { binary_data: true } }],
    };
    const asBytes = await inferBinary(app, 'cube', json);
    expect(asBytes.json.outputs[0].parameters).toEqual({ binary_data_size: 0 });
    expect(asBytes.binary).toHaveLength(0);
  });

  test('binary tensors at any offset', async () => {
    const values = new Float64Array([1.5, -2.5]);
    for (let pad = 0; pad < 8; pad++) {
      const json = { id: 'x'.repeat(pad), inputs: [binaryInput('x', 'FP64', [2], 16)] };
      const answer = await inferBinary(app, 'float64', json, bytesOf(values));
      expect(answer.json.outputs[0].data).toEqual([...values]);
    }
  });

  test('binary and JSON tensors in one body, in the order of the inputs', async () => {
    const text = stringBytes('x', 'y');
    const inputs = [
      binaryInput('b', 'BYTES', [2], text.length),
      binaryInput('a', 'FP32', [2, 2], 16),
    ];
    const numbers = bytesOf(new Float32Array([1, 2, 3, 4]));
    const answer = await inferBinary(app, 'pair', { inputs }, text, numbers);
    const [c, d] = answer.json.outputs;
    expect([c.data, d.data]).toEqual([
      [1, 2, 3, 4],
      ['x', 'y'],
    ]);
    const mixed = [input('b', 'BYTES', [2], ['p', 'q']), binaryInput('a', 'FP32', [2, 2], 16)];
    const other = await inferBinary(app, 'pair', { inputs: mixed }, numbers);
    expect(other.json.outputs[1].data).toEqual(['p', 'q']);
  });
});

describe('the raw form', () => {
  const RAW = { [LENGTH_HEADER]: '0' };
  const raw = (path: string, bytes: Buffer): Promise<V2Answer> => infer(app, path, bytes, RAW);

  test('is one row, and every output comes as bytes', async () => {
    const bytes = bytesOf(new Int32Array([1, 2, 3, 4, 5, 6]));
    const answer = await raw('cube', bytes);
    expect(answer.json).toEqual({
      model_name: 'cube',
      model_version: '1',
      outputs: [
        {
          name: 'y',
          datatype: 'INT32',
          shape: [1, 2, 3],
          parameters: { binary_data_size: 24 },
        },
      ],
    });
    expect(answer.binary).toEqual(bytes);
  });

  test('tells the only dimension by the bytes', async () => {
    const answer = await raw('float32', Buffer.alloc(12));
    expect(answer.json.outputs[0].shape).toEqual([3]);
    expect((await raw('float32', Buffer.alloc(0))).json.outputs[0].shape).toEqual([0]);
  });

  test('is one string, without a length', async () => {
    const answer = await raw('string', Buffer.from('grün'));
    expect(answer.json.outputs[0].shape).toEqual([1]);
    expect(answer.binary).toEqual(stringBytes('grün'));
  });

  test.each([
    [
      'cube',
      Buffer.alloc(48),
      'input "x" of model "cube" in the raw form: expected 24 bytes of INT32 in shape [1, 2, 3], got 48',
    ],
    [
      'float32',
      Buffer.alloc(5),
      'input "x" of model "float32" in the raw form: expected 4 bytes of FP32 in shape [1], got 5',
    ],
    [
      'pair',
      Buffer.alloc(8),
      'the raw form is for models with one input; model "pair" has 2: "a", "b"',
    ],
    [
      'string',
      Buffer.from([0xff]),
      'input "x" of model "string" in the raw form: expected UTF-8, got other bytes',
    ],
  ])('%s with %j', async (model, bytes, error) => {
    expectError(await raw(model, bytes), 400, 'INVALID_INPUT', error);
  });
});

describe('a wrong body', () => {
  const X = input('x', 'FP32', [1], [1]);
  const A = input('a', 'FP32', [1, 2], [1, 2]);
  const B = input('b', 'BYTES', [1], ['x']);

  test.each<[string, unknown, string]>([
    ['float32', '', 'the body is empty; expected JSON'],
    ['float32', 5, 'the body: expected an object with "inputs", got 5'],
    [
      'float32',
      {},
      'inputs: expected an array of {"name", "shape", "datatype", "data"}, got nothing',
    ],
    [
      'float32',
      { inputs: {} },
      'inputs: expected an array of {"name", "shape", "datatype", "data"}, got an object',
    ],
    ['float32', { inputs: [] }, 'inputs: input "x" is missing; expected "x"'],
    ['float32', { inputs: [5] }, 'inputs[0]: expected an object, got 5'],
    ['float32', { inputs: [{}] }, 'inputs[0].name: expected a string, got nothing'],
    ['float32', { inputs: [X, X] }, 'inputs[1]: input "x" is there twice'],
    ['pair', { inputs: [A] }, 'inputs: input "b" is missing; expected "a", "b"'],
    ['pair', { inputs: [A, X] }, 'inputs[1]: unknown input "x"; expected "a", "b"'],
    [
      'pair',
      { inputs: [A, input('__proto__', 'FP32', [1], [1])] },
      'inputs[1]: unknown input "__proto__"; expected "a", "b"',
    ],
    ['float32', { id: 5, inputs: [X] }, 'id: expected a string, got 5'],
    [
      'float32',
      { parameters: [], inputs: [X] },
      'parameters: expected an object, got an array of 0',
    ],
    [
      'float32',
      { parameters: { a: null }, inputs: [X] },
      'parameters: "a": expected a string, a number or a boolean, got null',
    ],
    [
      'float32',
      '{"parameters":{"a":1e999}}',
      'parameters: "a": expected a string, a number or a boolean, got a number beyond ±1.8e308',
    ],
    [
      'float32',
      { parameters: { triton_x: 1 }, inputs: [X] },
      'parameters: "triton_x": names that begin with "triton_" are reserved',
    ],
    [
      'float32',
      { parameters: { binary_data_output: 1 }, inputs: [X] },
      'parameters: "binary_data_output": expected true or false, got 1',
    ],
    [
      'float32',
      { outputs: {}, inputs: [X] },
      'outputs: expected an array of {"name"}, got an object',
    ],
    ['float32', { outputs: [{}], inputs: [X] }, 'outputs[0].name: expected a string, got nothing'],
    [
      'float32',
      { outputs: [{ name: 'z' }], inputs: [X] },
      'outputs[0]: unknown output "z"; expected "y"',
    ],
    [
      'float32',
      { outputs: [{ name: 'y' }, { name: 'y' }], inputs: [X] },
      'outputs[1]: output "y" is there twice',
    ],
    [
      'float32',
      { outputs: [{ name: 'y', parameters: { binary_data: 'yes' } }], inputs: [X] },
      'outputs[0].parameters: "binary_data": expected true or false, got the string "yes"',
    ],
    [
      'float32',
      { outputs: [{ name: 'y', parameters: { classification: 2 } }], inputs: [X] },
      'outputs[0].parameters: "classification": the classification extension is not supported',
    ],
    [
      'float32',
      { inputs: [{ ...X, parameters: { shared_memory_region: 'r' } }] },
      'inputs[0].parameters: "shared_memory_region": tensors in shared memory are not supported',
    ],
    [
      'float32',
      { inputs: [input('x', 'FP64', [1], [1])] },
      'input "x": expected datatype FP32, got the string "FP64"',
    ],
    [
      'float32',
      { inputs: [input('x', 'fp32', [1], [1])] },
      'input "x": expected datatype FP32, got the string "fp32"',
    ],
    [
      'float16',
      { inputs: [input('x', 'BF16', [1], [1])] },
      'input "x": expected datatype FP16, got the string "BF16"',
    ],
    [
      'float32',
      { inputs: [{ name: 'x', shape: [1], data: [1] }] },
      'input "x": expected datatype FP32, got nothing',
    ],
    [
      'float32',
      { inputs: [{ name: 'x', datatype: 'FP32', data: [1] }] },
      'input "x": shape: expected an array of sizes, got nothing',
    ],
    [
      'float32',
      { inputs: [input('x', 'FP32', [-1], [1])] },
      'input "x": shape[0]: expected a whole number from 0 on, got -1',
    ],
    [
      'float32',
      { inputs: [input('x', 'FP32', [1.5], [1])] },
      'input "x": shape[0]: expected a whole number from 0 on, got 1.5',
    ],
    [
      'float32',
      { inputs: [input('x', 'FP32', ['1'], [1])] },
      'input "x": shape[0]: expected a whole number from 0 on, got the string "1"',
    ],
    [
      'float32',
      { inputs: [input('x', 'FP32', [2 ** 60], [1])] },
      'input "x": shape[0]: expected a whole number from 0 on, got 1152921504606847000',
    ],
    [
      'int64',
      '{"inputs":[{"name":"x","datatype":"INT64","shape":[99999999999999999999],"data":[]}]}',
      'input "x": shape[0]: expected a whole number from 0 on, got 99999999999999999999',
    ],
    [
      'float32',
      { inputs: [input('x', 'FP32', [2 ** 40], [1])] },
      'input "x": expected at most 268435456 values, got the shape [1099511627776]: send them in parts',
    ],
    [
      'float32',
      { inputs: [input('x', 'FP32', [1, 1], [1])] },
      'input "x": expected a shape [?], got [1, 1]',
    ],
    ['float32', { inputs: [input('x', 'FP32', [], 1)] }, 'input "x": expected a shape [?], got []'],
    [
      'cube',
      { inputs: [input('x', 'INT32', [1, 3, 2], [])] },
      'input "x": expected a shape [?, 2, 3], got [1, 3, 2]',
    ],
    [
      'float32',
      { inputs: [input('x', 'FP32', [1])] },
      'input "x": expected "data" or the parameter "binary_data_size", got neither',
    ],
    [
      'float32',
      { inputs: [{ ...X, parameters: { binary_data_size: 4 } }] },
      'input "x": expected "data" or the parameter "binary_data_size", got both',
    ],
    [
      'float32',
      { inputs: [input('x', 'FP32', [2], [1])] },
      'input "x" at inputs[0].data: expected an array of 2, got an array of 1',
    ],
    [
      'cube',
      { inputs: [input('x', 'INT32', [1, 2, 3], [1, 2])] },
      'input "x" at inputs[0].data: expected 6 values for shape [1, 2, 3], got an array of 2',
    ],
    [
      'cube',
      {
        inputs: [
          input(
            'x',
            'INT32',
            [1, 2, 3],
            [
              [
                [1, 2, 3],
                [4, 5],
              ],
            ],
          ),
        ],
      },
      'input "x" at inputs[0].data[0][1]: expected an array of 3, got an array of 2',
    ],
    [
      'float32',
      { inputs: [input('x', 'FP32', [1], 1)] },
      'input "x" at inputs[0].data: expected an array of shape [1], got 1',
    ],
    [
      'float32',
      { inputs: [input('x', 'FP32', [1], ['1'])] },
      'input "x" at inputs[0].data[0]: expected a number in the range of float32, got the string "1"',
    ],
    [
      'bool',
      { inputs: [input('x', 'BOOL', [1], [1])] },
      'input "x" at inputs[0].data[0]: expected true or false, got 1',
    ],
    [
      'int8',
      { inputs: [input('x', 'INT8', [1], [128])] },
      'input "x" at inputs[0].data[0]: expected a whole number from -128 to 127 (int8), got 128',
    ],
    [
      'string',
      { inputs: [input('x', 'BYTES', [1], [1])] },
      'input "x" at inputs[0].data[0]: expected a string, got 1',
    ],
    [
      'pair',
      { inputs: [input('a', 'FP32', [1, 2], [1, true]), B] },
      'input "a" at inputs[0].data[1]: expected a number in the range of float32, got true',
    ],
  ])('%s %j', async (model, body, error) => {
    expectError(await inferJson(app, model, body), 400, 'INVALID_INPUT', error);
  });

  test('for a model without tensors', async () => {
    const error =
      'model "rows" has no signature, and v2 carries tensors only; expected POST /v1/models/rows:predict';
    expectError(await inferJson(app, 'rows', { inputs: [X] }), 400, 'INVALID_INPUT', error);
  });

  test('with too many rows', async () => {
    const json = { inputs: [binaryInput('x', 'BOOL', [1_000_001], 1_000_001)] };
    const error = 'inputs: expected at most 1000000 rows, got 1000001: send them in parts';
    const answer = await inferBinary(app, 'bool', json, Buffer.alloc(1_000_001));
    expectError(answer, 400, 'INVALID_INPUT', error);
  });
});

describe('wrong bytes', () => {
  const one = { inputs: [binaryInput('x', 'FP32', [2], 8)] };

  test.each<[string, unknown, Buffer, string]>([
    [
      'float32',
      one,
      Buffer.alloc(5),
      'input "x" of model "float32": expecting 3 additional bytes: binary_data_size is 8, got 5',
    ],
    [
      'float32',
      one,
      Buffer.alloc(9),
      'the body of a request for model "float32" has 1 bytes behind its last input; expected 8 behind the JSON',
    ],
    [
      'float32',
      { inputs: [input('x', 'FP32', [1], [1])] },
      Buffer.alloc(4),
      'the body of a request for model "float32" has 4 bytes behind its last input; expected 0 behind the JSON',
    ],
    [
      'float32',
      { inputs: [binaryInput('x', 'FP32', [2], 4)] },
      Buffer.alloc(4),
      'input "x": expected 8 bytes of FP32 in shape [2], got 4',
    ],
    [
      'float32',
      { inputs: [binaryInput('x', 'FP32', [0], 4)] },
      Buffer.alloc(4),
      'input "x": expected 0 bytes of FP32 in shape [0], got 4',
    ],
    [
      'float32',
      { inputs: [binaryInput('x', 'FP32', [2], -8)] },
      Buffer.alloc(8),
      'input "x": binary_data_size: expected a number of bytes, got -8',
    ],
    [
      'float32',
      { inputs: [binaryInput('x', 'FP32', [2], '8')] },
      Buffer.alloc(8),
      'input "x": binary_data_size: expected a number of bytes, got the string "8"',
    ],
    [
      'float32',
      { inputs: [binaryInput('x', 'FP32', [2], 8.5)] },
      Buffer.alloc(8),
      'input "x": binary_data_size: expected a number of bytes, got 8.5',
    ],
    [
      'float32',
      { inputs: [binaryInput('x', 'FP32', [2 ** 31, 2 ** 31], 8)] },
      Buffer.alloc(8),
      'input "x": expected a shape [?], got [2147483648, 2147483648]',
    ],
    [
      'cube',
      { inputs: [binaryInput('x', 'INT32', [2 ** 52, 2, 3], 8)] },
      Buffer.alloc(8),
      'input "x": expected at most 268435456 values, got the shape [4503599627370496, 2, 3]: send them in parts',
    ],
    [
      'bool',
      { inputs: [binaryInput('x', 'BOOL', [2], 2)] },
      Buffer.from([1, 7]),
      'input "x": element 1: expected a byte of 0 or 1, got 7',
    ],
    [
      'string',
      { inputs: [binaryInput('x', 'BYTES', [1], 5)] },
      stringBytes(Buffer.from([0xc3])),
      'input "x": element 0: expected UTF-8, got other bytes',
    ],
    [
      'string',
      { inputs: [binaryInput('x', 'BYTES', [3], 8)] },
      Buffer.alloc(8),
      'input "x": expected 3 strings, each behind 4 bytes of length, got 8 bytes',
    ],
    [
      'string',
      { inputs: [binaryInput('x', 'BYTES', [1], 8)] },
      Buffer.alloc(8),
      'input "x": 4 bytes are left behind its 1 strings',
    ],
    [
      'string',
      { inputs: [binaryInput('x', 'BYTES', [1], 5)] },
      Buffer.from([2, 0, 0, 0, 0x61]),
      'input "x": element 0 ends 1 bytes behind the tensor\'s 5',
    ],
    [
      'string',
      { inputs: [binaryInput('x', 'BYTES', [2], 9)] },
      Buffer.from([1, 0, 0, 0, 0x61, 9, 0, 0, 0]),
      'input "x": element 1 ends 9 bytes behind the tensor\'s 9',
    ],
  ])('%s %j', async (model, json, bytes, error) => {
    expectError(await inferBinary(app, model, json, bytes), 400, 'INVALID_INPUT', error);
  });

  test.each([
    ['x', 'expected the bytes of JSON as a whole number, got "x"'],
    ['', 'expected the bytes of JSON as a whole number, got ""'],
    ['-1', 'expected the bytes of JSON as a whole number, got "-1"'],
    ['1.5', 'expected the bytes of JSON as a whole number, got "1.5"'],
    ['5, 5', 'expected the bytes of JSON as a whole number, got "5, 5"'],
    [
      '99999999999999999999',
      'expected the bytes of JSON as a whole number, got "99999999999999999999"',
    ],
    ['3', 'expected at most the 2 bytes of the body, got 3'],
  ])('the header %j', async (length, problem) => {
    const answer = await infer(app, 'float32', '{}', { [LENGTH_HEADER]: length });
    expectError(answer, 400, 'INVALID_INPUT', `the header ${LENGTH_HEADER}: ${problem}`);
  });
});

describe('content types', () => {
  const body = JSON.stringify({ inputs: [input('x', 'FP32', [1], [1])] });

  test.each([
    [{}],
    [{ 'content-type': 'application/json' }],
    [{ 'content-type': 'application/json; charset=utf-8' }],
    [{ 'content-type': 'application/octet-stream' }],
    [{ [LENGTH_HEADER]: String(body.length) }],
    [{ [LENGTH_HEADER]: String(body.length), 'content-type': 'application/octet-stream' }],
    [{ [LENGTH_HEADER]: String(body.length), 'content-type': 'application/json' }],
  ])('%j', async (headers) => {
    expect((await infer(app, 'float32', body, headers)).json.outputs[0].data).toEqual([1]);
  });

  test.each([
    [
      { 'content-type': 'text/plain' },
      'expected content type "application/json", got "text/plain"',
    ],
    [
      { 'content-type': 'text/plain', [LENGTH_HEADER]: '5' },
      'expected content type "application/json", got "text/plain"',
    ],
  ])('%j is refused', async (headers, error) => {
    const answer = await infer(app, 'float32', body, headers);
    expectError(answer, 415, 'UNSUPPORTED_MEDIA_TYPE', error);
  });

  test.each(['', '\0\0\x80?', ' []'])(
    'bytes that do not say how many are JSON: %j',
    async (bytes) => {
      const headers = { 'content-type': 'application/octet-stream' };
      const answer = await infer(app, 'float32', bytes, headers);
      const error = `expected content type "application/json", or the header ${LENGTH_HEADER} beside "application/octet-stream"`;
      expectError(answer, 415, 'UNSUPPORTED_MEDIA_TYPE', error);
    },
  );
});

describe('paths', () => {
  test.each([
    ['/v2/models/nope/infer', 404, 'MODEL_NOT_FOUND'],
    ['/v2/models/wine/versions/3/infer', 404, 'VERSION_NOT_FOUND'],
    ['/v2/models/wine/versions/stable/infer', 400, 'INVALID_INPUT'],
    ['/v2/models/wine/labels/stable/infer', 404, 'ROUTE_NOT_FOUND'],
    ['/v2/models/wine/generate', 404, 'ROUTE_NOT_FOUND'],
    ['/v2/models/wine/infer/', 404, 'ROUTE_NOT_FOUND'],
    ['/v2/models//infer', 404, 'ROUTE_NOT_FOUND'],
    ['/v2/models/wine', 405, 'METHOD_NOT_ALLOWED'],
    ['/v2/models/wine/ready', 405, 'METHOD_NOT_ALLOWED'],
  ])('POST %s', async (path, status, code) => {
    const answer = await infer(app, path, '{}');
    expect(answer).toMatchObject({ status, json: { code } });
  });

  test('GET of infer', async () => {
    const reply = await app.inject({ method: 'GET', url: '/v2/models/wine/versions/1/infer' });
    expect(reply.statusCode).toBe(405);
    expect(reply.headers.allow).toBe('POST');
  });
});
