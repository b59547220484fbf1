/** Requests of all kinds that a server gets: short and long, small and large, JSON and binary, and bad ones. */
import { readRows, readSamples } from '../digits.js';
import { type Ask, type Asking, askDigits, askSubject, requestsOf, type Versions } from './asks.js';
import { postBytesOf } from './connection.js';

/** Enough for the server to cut them into slices. */
const MANY_ROWS = 2000;
/** Past any buffer of a socket. */
const LARGE_REPLY = 300_000;
const TOLERANCE = 1e-5;

type MakeAsk = (n: number, versions: () => Versions) => Ask;

/** By what share of the requests. */
const KINDS: readonly (readonly [share: number, make: MakeAsk])[] = [
  [0.3, (n, versions) => askSubject(n, versions)],
  [0.15, (n, versions) => askSubject(n, versions, { ms: 2 + (n % 30) })],
  [0.05, (n, versions) => askSubject(n, versions, { bytes: LARGE_REPLY })],
  [0.3, (n) => askDigits(n)],
  [0.05, () => once('json', manyRowsInJson)],
  [0.05, () => once('binary', manyRowsInBinary)],
  [0.1, () => once('bad', badRow)],
];

export function everyKind(versions: () => Versions): Asking {
  return (client, count) => makeFor(Math.random())(client * 1000 + count, versions);
}

function makeFor(at: number): MakeAsk {
  let upTo = 0;
  for (const [share, make] of KINDS) {
    upTo += share;
    if (at < upTo) return make;
  }
  return askDigits;
}

const made = new Map<string, Ask>();

function once(kind: string, make: () => Ask): Ask {
  const ask = made.get(kind) ?? make();
  made.set(kind, ask);
  return ask;
}

function manyRowsInJson(): Ask {
  const body = JSON.stringify({ instances: manyRows() });
  return {
    ...requestsOf('/v1/models/digits-mlp:predict', body),
    faultOf: (text) =>
      faultOfRows((JSON.parse(text) as { predictions: number[][] }).predictions.flat()),
  };
}

function manyRowsInBinary(): Ask {
  const rows = Float32Array.from(manyRows().flat());
  const tensor = {
    ...{ name: 'X', shape: [MANY_ROWS, rows.length / MANY_ROWS], datatype: 'FP32' },
    parameters: { binary_data_size: rows.byteLength },
  };
  const head = Buffer.from(JSON.stringify({ inputs: [tensor] }));
  const body = Buffer.concat([head, Buffer.from(rows.buffer)]);
  const headers = {
    'Content-Type': 'application/octet-stream',
    'Inference-Header-Content-Length': String(head.length),
  };
  const path = '/v2/models/digits-mlp/infer';
  return {
    kept: postBytesOf(path, body, headers),
    last: postBytesOf(path, body, { ...headers, Connection: 'close' }),
    faultOf: (text) =>
      faultOfRows((JSON.parse(text) as { outputs: { data: number[] }[] }).outputs[0]?.data ?? []),
  };
}

function badRow(): Ask {
  const body = JSON.stringify({ instances: [[1, 2, 3]] });
  return {
    ...requestsOf('/v1/models/digits-mlp:predict', body),
    faultOf: () => undefined,
    refusal: '400 INVALID_INPUT',
  };
}

function manyRows(): number[][] {
  const rows = readRows();
  return Array.from({ length: MANY_ROWS }, (_, at) => rows[at % rows.length] ?? []);
}

let expected: readonly number[] | undefined;

/** What is wrong with the probabilities of all rows. */
function faultOfRows(got: readonly number[]): string | undefined {
  expected ??= expectedOfRows();
  const isRight =
    got.length === expected.length &&
    expected.every((value, at) => Math.abs(value - (got[at] ?? Number.NaN)) <= TOLERANCE);
  return isRight ? undefined : 'wrong probabilities among many rows';
}

function expectedOfRows(): number[] {
  const samples = readSamples('digits-mlp', readRows().length);
  return Array.from(
    { length: MANY_ROWS },
    (_, at) => samples[at % samples.length]?.expected ?? [],
  ).flat();
}
