// Whatever the scan reads, the reading of JSON values must read the same, to the last bit; and what
// that refuses, the scan must leave to it.
import { describe, expect, test } from 'vitest';
import type { Signature, TensorSpec } from '../../../../../src/model/tensor/signature.js';
import { takesWideIntegers } from '../../../../../src/model/tensor/signature.js';
import type { Dtype } from '../../../../../src/model/tensor/tensor.js';
import { parseJsonBody } from '../../../../../src/worker/body/json-body.js';
import { readTensors, type TensorRequest } from '../../../../../src/worker/protocols/v1/request.js';
import { scannedRequest } from '../../../../../src/worker/protocols/v1/scanned-request.js';
import { below, bitsOf, changed, numberText } from '../random-json.js';

function signatureOf(...inputs: readonly TensorSpec[]): Signature {
  return { inputs, outputs: [] };
}

const X = (dtype: Dtype, ...shape: readonly number[]): TensorSpec => ({ name: 'X', dtype, shape });
const MATRIX = signatureOf(X('float32', -1, -1));

function parsed(text: string, signature: Signature): TensorRequest | undefined {
  const bytes = Buffer.from(text);
  try {
    const json = parseJsonBody(bytes, takesWideIntegers(signature));
    return readTensors(json, signature, bytes.length);
  } catch {
    return undefined;
  }
}

function scanned(text: string, signature: Signature): TensorRequest | undefined {
  return scannedRequest(Buffer.from(text), signature);
}

/** Numbers as their bits: NaN is NaN, and −0 is not 0. */
function bits(request: TensorRequest | undefined): unknown {
  return request && { ...request, inputs: bitsOf(request.inputs) };
}

function expectSame(text: string, signature: Signature): void {
  const got = scanned(text, signature);
  if (got !== undefined) expect(bits(got), text).toEqual(bits(parsed(text, signature)));
}

function expectScanned(text: string, signature: Signature): void {
  expect(scanned(text, signature), text).toBeDefined();
  expectSame(text, signature);
}

describe('the common bodies', () => {
  test.each([
    '{"instances":[[1,2],[3,4]]}',
    ' {\n "instances" : [ [1.5 , -2e3]\t,\r\n[0.1, 5e-7] ] } \n',
    '{"instances":[[0.30000001192092896,16777217]]}',
    '{"inputs":[[1,2],[3,4],[5,6]]}',
    '{"inputs":{"X":[[1,2]]}}',
    '{"signature_name":"serving_default", "instances":[[1,2]]}',
    '{ "inputs" : { "X" : [[1]] } }',
  ])('%j needs no JSON values', (text) => expectScanned(text, MATRIX));

  test('of any number of dimensions, some of them fixed', () => {
    expectScanned('{"instances":[1,2,3]}', signatureOf(X('float32', -1)));
    expectScanned('{"instances":[[[1],[2]],[[3],[4]]]}', signatureOf(X('float32', -1, 2, 1)));
    expectScanned('{"inputs":[[1,2,3]]}', signatureOf(X('float64', 1, -1)));
  });

  test.each<Dtype>([
    'float32',
    'float64',
    'float16',
    'bfloat16',
    'int64',
    'uint64',
    'int8',
    'int16',
    'int32',
    'uint8',
    'uint16',
    'uint32',
  ])('of %s', (dtype) => {
    expectScanned('{"instances":[[0,1,2.0,3e1,127]]}', signatureOf(X(dtype, -1, -1)));
  });

  test('whole numbers with a sign, and as large as a double holds them', () => {
    const wide = signatureOf(X('int64', -1, -1));
    expectScanned('{"instances":[[-1,-0,-4294967296,4294967297,9007199254740991]]}', wide);
    expectScanned('{"instances":[[-9007199254740991,-5000000000]]}', wide);
  });

  test('whole numbers that no double holds', () => {
    const signed = '9007199254740993,-9007199254740993,9223372036854775807,-9223372036854775808';
    expectScanned(
      `{"instances":[[${signed},1,9007199254740992]]}`,
      signatureOf(X('int64', -1, -1)),
    );
    const unsigned = '18446744073709551615,9007199254740993,0';
    expectScanned(`{"inputs":[[${unsigned}]]}`, signatureOf(X('uint64', -1, -1)));
    expectScanned('{"instances":[{"X":9007199254740993},{"X":1}]}', signatureOf(X('int64', -1)));
    // Of a request before, nothing is left.
    expectScanned('{"instances":[[1,2,3]]}', signatureOf(X('int64', -1, -1)));
  });

  test('several inputs, in any order, and without those that may be left out', () => {
    const signature = signatureOf(
      { name: 'a', dtype: 'float32', shape: [-1, 1] },
      { name: 'b c', dtype: 'int32', shape: [-1] },
      { name: 'd', dtype: 'float64', shape: [-1], isOptional: true },
    );
    expectScanned('{"inputs":{"b c":[1,2],"a":[[1],[2]]}}', signature);
    expectScanned('{"inputs":{"d":[9],"a":[[1],[2]], "b c":[1,2,3]}}', signature);
  });

  test('null where it is a missing value', () => {
    const spec: TensorSpec = { ...X('float32', -1, 3), takesMissing: true };
    expectScanned('{"instances":[[1,null,2],[null, null ,null]]}', signatureOf(spec));
    expect(scanned('{"instances":[[1,null,2]]}', MATRIX)).toBeUndefined();
  });

  test('more values than fit at first', () => {
    const rows = Array.from({ length: 3000 }, (_, row) => [row, row / 7, -row]);
    expectScanned(JSON.stringify({ instances: rows }), MATRIX);
    expectScanned('{"instances":[[1]]}', MATRIX);
  });
});

describe('what is left to the reading of JSON values', () => {
  test.each([
    '',
    '{',
    '}',
    '[]',
    '{}',
    '{"instances":[]}',
    '{"instances":[[]]}',
    '{"instances":[[1],[]]}',
    '{"instances":[[1,2],[3]]}',
    '{"instances":[[1,2],[3,4,5]]}',
    '{"instances":[1,2]}',
    '{"instances":[[[1]]]}',
    '{"instances":[[1]],"instances":[[2]]}',
    '{"instances":[[1]],"__proto__":{}}',
    '{"instances":[[1]],"signature_name":"serving_default"}',
    '{"signature_name":"other","instances":[[1]]}',
    '{"signature_name":"serving_default"}',
    '{"signature_name":"serving_default","signature_name":"serving_default","instances":[[1]]}',
    '{"instances":[[1]]}}',
    '{"instances":[[1]]} x',
    '{"instances":[[1]]',
    '{"instances":[[1,]]}',
    '{"instances":[[1],]}',
    '{"instances":[[1] [2]]}',
    '{"instances":[[1 2]]}',
    '{"instances":[[01]]}',
    '{"instances":[[1.]]}',
    '{"instances":[[.5]]}',
    '{"instances":[[+1]]}',
    '{"instances":[[-]]}',
    '{"instances":[[1e]]}',
    '{"instances":[[1e+]]}',
    '{"instances":[[1.5.5]]}',
    '{"instances":[[1e5e5]]}',
    '{"instances":[[NaN]]}',
    '{"instances":[["NaN"]]}',
    '{"instances":[[true]]}',
    '{"instances":[[nul]]}',
    '{"instances":[[1e39]]}',
    '{"instances":[[-1e999]]}',
    '{"instances":[[1\u00a0]]}',
    '\ufeff{"instances":[[1]]}',
    '{"inst\\u0061nces":[[1]]}',
    '{"inputs":{"Y":[[1]]}}',
    '{"inputs":{"X":[[1]],"X":[[2]]}}',
    '{"inputs":{}}',
    '{"inputs":{"X":[[1]],}}',
    '{"inputs":{"X":[[1]]}',
  ])('%j', (text) => expect(scanned(text, MATRIX)).toBeUndefined());

  test('numbers that a dtype does not hold, or not exactly', () => {
    const of = (dtype: Dtype, value: string): unknown =>
      scanned(`{"instances":[[${value}]]}`, signatureOf(X(dtype, -1, -1)));
    expect(of('int32', '1.5')).toBeUndefined();
    expect(of('int32', '2147483648')).toBeUndefined();
    expect(of('uint8', '-1')).toBeUndefined();
    expect(of('int64', '9223372036854775808')).toBeUndefined();
    expect(of('int64', '-9223372036854775809')).toBeUndefined();
    expect(of('int64', '9007199254740993.0')).toBeUndefined();
    expect(of('int64', '9007199254740993e0')).toBeUndefined();
    expect(of('int64', '100000000000000000000000')).toBeUndefined();
    expect(of('int32', '9007199254740993')).toBeUndefined();
    expect(of('float64', '1e309')).toBeUndefined();
    expect(of('uint64', '-1')).toBeUndefined();
    expect(of('uint64', '18446744073709551616')).toBeUndefined();
    expect(of('uint64', '-9007199254740993')).toBeUndefined();
    expect(of('float16', '65520')).toBeUndefined();
    expect(of('bfloat16', '3.4e38')).toBeUndefined();
    expect(of('string', '1')).toBeUndefined();
    expect(of('bool', '1')).toBeUndefined();
  });

  test('shapes that are not the signature’s', () => {
    const rows = signatureOf(X('float32', -1, 3));
    expect(scanned('{"instances":[[1,2]]}', rows)).toBeUndefined();
    expect(scanned('{"inputs":5}', signatureOf(X('float32')))).toBeUndefined();
    const any = signatureOf({ ...X('float32'), hasAnyShape: true });
    expect(scanned('{"instances":[[1]]}', any)).toBeUndefined();
  });
});

const ROWS = signatureOf(
  { name: 'a', dtype: 'float32', shape: [-1] },
  { name: 'b c', dtype: 'int64', shape: [-1, 2] },
  { name: 'größe', dtype: 'float64', shape: [-1, -1, 1], isOptional: true },
);

describe('rows with inputs by name', () => {
  test.each([
    '{"instances":[{"a":1,"b c":[2,3]}]}',
    '{"instances":[{"a":1,"b c":[2,3]},{"b c":[4,5],"a":6}]}',
    ' { "instances" : [ { "a" : -0 , "b c" : [ 2 , 3 ] } , {"a":1.5e3,"b c":[0,-1]} ] } ',
    '{"instances":[{"größe":[[1],[2]],"a":1,"b c":[2,3]},{"a":1,"größe":[[3],[4]],"b c":[2,3]}]}',
  ])('%j needs no JSON values', (text) => expectScanned(text, ROWS));

  test('of the only input, too', () => expectScanned('{"instances":[{"X":[1,2]}]}', MATRIX));

  test('as many as there are', () => {
    const instances = Array.from({ length: 3000 }, (_, row) => ({
      a: row / 7,
      'b c': [row, -row],
    }));
    expectScanned(JSON.stringify({ instances }), ROWS);
    expectScanned('{"instances":[{"a":1,"b c":[2,3]}]}', ROWS);
  });

  test.each([
    '{"instances":[{}]}',
    '{"instances":[{"a":1}]}',
    '{"instances":[{"a":1,"b c":[2,3],}]}',
    '{"instances":[{"a":1,"b c":[2,3]},]}',
    '{"instances":[{"a":1,"b c":[2,3]},{"a":1}]}',
    '{"instances":[{"a":1,"b c":[2,3]},{"a":1,"a":2,"b c":[2,3]}]}',
    '{"instances":[{"a":1,"a":1,"b c":[2,3]}]}',
    '{"instances":[{"a":1,"a":2,"b c":[2,3]},{"b c":[2,3]}]}',
    '{"instances":[{"a":1,"b c":[2,3]},5]}',
    '{"instances":[{"a":1,"b c":[2,3],"d":1}]}',
    '{"instances":[{"a":[1],"b c":[2,3]}]}',
    '{"instances":[{"a":1,"b c":[2]}]}',
    '{"instances":[{"a":1,"b c":[2,3.5]}]}',
    '{"instances":[{"a":1,"b c":[2,3]}{"a":1,"b c":[2,3]}]}',
    '{"instances":[{"a":1 "b c":[2,3]}]}',
    '{"instances":[{"a":null,"b c":[2,3]}]}',
    '{"instances":[{"a":"1","b c":[2,3]}]}',
    '{"instances":[{"\\u0061":1,"b c":[2,3]}]}',
    '{"instances":[{"a":1,"b c":[2,3],"größe":[[1]]},{"a":1,"b c":[2,3]}]}',
    '{"instances":[{"a":1,"b c":[2,3]},{"a":1,"b c":[2,3],"größe":[[1]]}]}',
    '{"instances":[{"a":1,"b c":[2,3],"größe":[[1]]},{"a":1,"b c":[2,3],"größe":[[1],[2]]}]}',
    '{"instances":[{"a":1,"b c":[2,3]}]',
    '{"instances":[{"a":1,"b c":[2,3]}],"instances":[]}',
  ])('%j is left to the reading of JSON values', (text) => {
    expect(scanned(text, ROWS)).toBeUndefined();
  });
});

const MIXED = signatureOf(
  { name: 'n', dtype: 'float32', shape: [-1, 1] },
  { name: 's', dtype: 'string', shape: [-1, 1] },
  { name: 'b', dtype: 'bool', shape: [-1] },
);

describe('strings and booleans', () => {
  test.each([
    '{"instances":[{"n":[1],"s":["male"],"b":true},{"b": false ,"s":[ "" ],"n":[2]}]}',
    '{"instances":[{"n":[1],"s":["größe ✓ \ud83d\ude00"],"b":true}]}',
    '{"instances":[{"n":[1],"s":["a\\"b\\\\\\u00e9\\ud800\\n"],"b":true}]}',
    '{"inputs":{"n":[[1],[2]],"s":[["a"],["b"]],"b":[true,false]}}',
    '{"instances":[{"n":[1],"s":["__proto__"],"b":true}]}',
  ])('%j needs no JSON values', (text) => expectScanned(text, MIXED));

  test('of the only input', () => {
    expectScanned('{"instances":["a", "b"]}', signatureOf(X('string', -1)));
    expectScanned('{"inputs":[["a"],["b"]]}', signatureOf(X('string', -1, -1)));
    expectScanned('{"instances":[[true,false]]}', signatureOf(X('bool', -1, 2)));
  });

  test.each([
    '{"instances":[{"n":[1],"s":["a\tb"],"b":true}]}',
    '{"instances":[{"n":[1],"s":["\\x"],"b":true}]}',
    '{"instances":[{"n":[1],"s":["\\u12"],"b":true}]}',
    '{"instances":[{"n":[1],"s":["a],"b":true}]}',
    '{"instances":[{"n":[1],"s":[{"b64":"YQ=="}],"b":true}]}',
    '{"instances":[{"n":[1],"s":["a","b"],"b":true}]}',
    '{"instances":[{"n":[1],"s":[],"b":true}]}',
    '{"instances":[{"n":[1],"s":["a",],"b":true}]}',
    '{"instances":[{"n":[1],"s":"a","b":true}]}',
    '{"instances":[{"n":[1],"s":[1],"b":true}]}',
    '{"instances":[{"n":[1],"s":[null],"b":true}]}',
    '{"instances":[{"n":[1],"s":["a"],"b":"true"}]}',
    '{"instances":[{"n":[1],"s":["a"],"b":tru}]}',
    '{"instances":[{"n":[1],"s":["a"],"b":truefalse}]}',
    '{"instances":[{"n":[1],"s":["a"],"b":1}]}',
    '{"instances":[{"n":["NaN"],"s":["a"],"b":true}]}',
    '{"instances":[{"n":[1],"s":["a',
  ])('%j is left to the reading of JSON values', (text) => {
    expect(scanned(text, MIXED)).toBeUndefined();
  });

  test.each<[Dtype, string]>([
    ['string', '[["a"],["b","c"]]'],
    ['string', '[["a","b"],["c"]]'],
    ['bool', '[[true,false],[true]]'],
    ['bool', '[[true],[true,false]]'],
  ])('so are rows of %s of several lengths: %s', (dtype, rows) => {
    const signature = signatureOf(X(dtype, -1, -1));
    expect(scanned(`{"instances":${rows}}`, signature)).toBeUndefined();
    expect(scanned(`{"inputs":${rows}}`, signature)).toBeUndefined();
    const [one, other] = JSON.parse(rows).map((row: unknown) => JSON.stringify(row));
    const named = `{"instances":[{"X":${one}},{"X":${other}}]}`;
    expect(scanned(named, signature)).toBeUndefined();
  });

  test('a string that is no UTF-8 is left, too', () => {
    const body = Buffer.from('{"instances":["a\u00e9"]}'.replace('\u00e9', 'é'), 'latin1');
    expect(scannedRequest(body, signatureOf(X('string', -1)))).toBeUndefined();
  });
});

const LABELLED = signatureOf({ ...X('float32', -1, 3), labels: ['a', 'b', 'c'] });

describe('tables', () => {
  test.each([
    '{"columns":["a","b","c"],"data":[[1,2,3],[4,5,6.5]]}',
    ' { "dataframe_split" : {"columns":["c","a","b"],"index":[0,"x"],"data":[[1,2,3],[4,5,6]] } }',
    '{"index":[0],"columns":[0,1,2],"data":[[1,2,3]],"signature_name":"serving_default"}',
    '{"columns":["b","c","a"],"data":[[ 1 , 2 , 3 ]],"note":"größe"}',
  ])('%j needs no JSON values but those beside its data', (text) => {
    expectScanned(text, LABELLED);
    expectScanned(text, signatureOf(X('float64', -1, -1)));
  });

  test('with an input in each column', () => {
    expectScanned('{"columns":["s","b","n"],"data":[["x",true,1.5],["é",false,-2]]}', MIXED);
    expectScanned('{"columns":["a","b c"],"data":[[1,[2,3]],[4,[5,6]]]}', ROWS);
    expectScanned('{"columns":["X"],"data":[[1],[2]]}', MATRIX);
    expectScanned('{"columns":["p","q"],"data":[["x","y"]]}', signatureOf(X('string', -1, 2)));
  });

  test.each([
    '{"columns":["a","b"],"data":[[1,2]]}',
    '{"columns":["a","b","d"],"data":[[1,2,3]]}',
    '{"columns":["a","b","b"],"data":[[1,2,3]]}',
    '{"columns":["a","b","c"],"data":[]}',
    '{"columns":["a","b","c"],"data":[[1,2]]}',
    '{"columns":["a","b","c"],"data":[[1,2,"3"]]}',
    '{"columns":["a","b","c"],"data":[[1,2,3],[1,2,3,4]]}',
    '{"columns":["a","b","c"],"data":[[1,2,3]],"data":[[4,5,6]]}',
    '{"columns":["a","b","c"],"data":[[1,2,3]],"d\\u0061ta":[[4,5,6]]}',
    '{"columns":["a","b","c"],"data":[[1,2,3]],"columns":["b","a","c"]}',
    '{"columns":["a","b","c"],"data":[[1,2,3]],"instances":[[1,2,3]]}',
    '{"columns":["a","b","c"],"data":[[1,2,3]],"__proto__":1}',
    '{"columns":["a","b","c"],"data":[[1,2,3]],"x":tru}',
    '{"columns":["a","b","c"],"data":[[1,2,3]]',
    '{"data":[[1,2,3]],"columns":["a","b","c"]}',
    '{"dataframe_split":{"columns":["a","b","c"],"data":[[1,2,3]]},"columns":["a"]}',
    '{"dataframe_split":{"columns":["a","b","c"],"data":[[1,2,3]]},"dataframe_split":{}}',
  ])('%j is left to the reading of JSON values', (text) => {
    expect(scanned(text, LABELLED)).toBeUndefined();
  });

  test('what stood about the data of the last one is not read again, and only that', () => {
    const tables = [
      '{"columns":["c","a","b"],"data":[[1,2,3]]}',
      '{"columns":["c","a","b"],"data":[[4,5,6],[7,8,9]]}',
      '{"columns":["c","a","b"],"data":[[4,5,6]] }',
      '{"columns":["c","b","a"],"data":[[1,2,3]]}',
      '{"columns":["c","b","a"],"data":[[1,2,3]],"index":[5]}',
    ];
    for (const text of [...tables, ...tables]) expectScanned(text, LABELLED);
    for (const text of tables) expect(scanned(`${text}}`, LABELLED)).toBeUndefined();
    for (const text of tables) expect(scanned(text.slice(0, -1), LABELLED)).toBeUndefined();
  });

  test('with inputs that are missing or unknown, or in brackets, are left, too', () => {
    expect(scanned('{"columns":["n","s"],"data":[[1,"x"]]}', MIXED)).toBeUndefined();
    expect(scanned('{"columns":["n","s","b","z"],"data":[[1,"x",true,1]]}', MIXED)).toBeUndefined();
    expect(scanned('{"columns":["n","s","b"],"data":[[[1],"x",true]]}', MIXED)).toBeUndefined();
    expect(scanned('{"columns":["a"],"data":[[1]]}', ROWS)).toBeUndefined();
  });
});

describe('at random', () => {
  test.each<Dtype>([
    'float32',
    'float64',
    'float16',
    'bfloat16',
    'int64',
    'uint64',
    'int32',
    'uint8',
  ])('%s is the same', (dtype) => {
    const signature = signatureOf(X(dtype, -1, -1));
    let scans = 0;
    for (let round = 0; round < 3000; round++) {
      const width = 1 + below(4);
      const row = (): string => Array.from({ length: width }, numberText).join(', ');
      const rows = Array.from({ length: 1 + below(3) }, () => `[${row()}]`).join(',');
      const text = `{"instances":[${rows}]}`;
      expectSame(text, signature);
      if (scanned(text, signature) !== undefined) scans += 1;
    }
    const isFloat = dtype.startsWith('float') || dtype === 'bfloat16';
    expect(scans).toBeGreaterThan(isFloat ? 500 : 20);
  });

  test.each<Dtype>(['int64', 'uint64'])('whole numbers of %s that no double holds', (dtype) => {
    const signature = signatureOf(X(dtype, -1));
    let scans = 0;
    for (let round = 0; round < 3000; round++) {
      const size = Array.from({ length: 16 + below(6) }, () => below(10)).join('');
      const text = `{"instances":[${['', '-'][below(2)]}${size.replace(/^0+/, '')},7]}`;
      expectSame(text, signature);
      if (scanned(text, signature) !== undefined) scans += 1;
      else expect(parsed(text, signature)).toBeUndefined();
    }
    expect(scans).toBeGreaterThan(700);
  });

  test('tables are the same, one after another', () => {
    let scans = 0;
    for (let round = 0; round < 2000; round++) {
      const names = ['"a"', '"b"', '"c"'].sort(() => below(3) - 1).join();
      const row = (): string => `[${numberText()},${numberText()},${numberText()}]`;
      const data = Array.from({ length: 1 + below(3) }, row).join();
      const text = `{"dataframe_split":{"columns":[${names}],"data":[${data}]}}`;
      expectSame(text, LABELLED);
      if (scanned(text, LABELLED) !== undefined) scans += 1;
    }
    expect(scans).toBeGreaterThan(1000);
  });

  test('rows with inputs by name are the same', () => {
    let scans = 0;
    for (let round = 0; round < 3000; round++) {
      const row = (): string =>
        `{"a": ${numberText()},"b c":[${below(9)},${below(99) - 50}],"größe":[[${numberText()}]]}`;
      const text = `{"instances":[${Array.from({ length: 1 + below(3) }, row).join()}]}`;
      expectSame(text, ROWS);
      if (scanned(text, ROWS) !== undefined) scans += 1;
    }
    expect(scans).toBeGreaterThan(2000);
  });

  test.each([
    ['{"instances":[[1.5,-20],[3e1,0.25]]}', MATRIX],
    ['{"instances":[{"a":1.5,"b c":[2,3]},{"b c":[4,5],"a":-2e1}]}', ROWS],
    ['{"inputs":{"a":[1,2],"b c":[[2,3],[4,5]]}}', ROWS],
    ['{"columns":["c","a","b"],"data":[[1,2,3],[4,5,6]]}', LABELLED],
    ['{"dataframe_split":{"columns":["s","b","n"],"data":[["x",true,1.5],["y",false,2]]}}', MIXED],
    ['{"instances":[{"n":[1],"s":["a\\nß"],"b":true},{"b":false,"s":[""],"n":[2]}]}', MIXED],
  ])('%j with bytes changed is read the same, or not at all', (body, signature) => {
    for (let round = 0; round < 8000; round++) expectSame(changed(body), signature);
  });
});
