/** Bodies that are nearly right: whatever comes, the answer is a prediction or a 4xx. */
import { gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildApp } from '../../src/worker/app.js';
import { Chance } from '../unit/queue/chance.js';
import { echoModel, oneInput, spec } from './tensor-models.js';
import { bytesOf, LENGTH_HEADER, stringBytes } from './v2-client.js';

const errors: unknown[] = [];
const log = { info() {}, warn() {}, fatal() {}, error: (facts: object) => void errors.push(facts) };

const mixed = echoModel('mixed', {
  inputs: [spec('a', 'int64', [-1, 2]), spec('b', 'string', [-1]), spec('c', 'float16', [])],
  outputs: [spec('d', 'int64', [-1, 2]), spec('e', 'string', [-1]), spec('f', 'float16', [])],
});

let app: FastifyInstance;

beforeAll(async () => {
  const models = [mixed, oneInput('table', 'float32', [-1, 3])];
  app = buildApp({ models, defaultModel: 'table', log, maxBodyBytes: 2 ** 20 });
  await app.ready();
});

afterAll(() => app.close());

type Sent = { url: string; headers: Record<string, string>; body: Buffer };

const TENSORS = [
  bytesOf(new BigInt64Array([1n, -1n, 2n ** 62n, 0n])),
  stringBytes('x', 'größer'),
  bytesOf(new Uint16Array([0x3c00])),
];

function binary(name: string, datatype: string, shape: number[], tensor: number) {
  const size = TENSORS[tensor]?.length ?? 0;
  return { name, datatype, shape, parameters: { binary_data_size: size } };
}

const V2_JSON = {
  id: 'one',
  parameters: { binary_data_output: false, timeout: 5 },
  inputs: [
    { name: 'a', datatype: 'INT64', shape: [2, 2], data: [1, 2, 3, 9007199254740991] },
    { name: 'b', datatype: 'BYTES', shape: [2], data: ['x', 'y'] },
    { name: 'c', datatype: 'FP16', shape: [], data: ['NaN'] },
  ],
  outputs: [{ name: 'd', parameters: { binary_data: true } }, { name: 'e' }],
};
const V2_BINARY = {
  inputs: [
    binary('a', 'INT64', [2, 2], 0),
    binary('b', 'BYTES', [2], 1),
    binary('c', 'FP16', [], 2),
  ],
};
const V1_BODIES = [
  { instances: [[1, 2, 3]], signature_name: '' },
  { inputs: { x: [[1, 2, 3]] } },
  { columns: ['a', 'b', 'c'], data: [[1, 2, 3]] },
  { dataframe_split: { columns: ['x'], data: [[[1, 2, 3]]] } },
];
const ODD = [
  null,
  true,
  -1,
  0,
  0.5,
  1e308,
  2 ** 53,
  2 ** 31,
  '',
  'x',
  'NaN',
  '__proto__',
  [],
  {},
  [[]],
  [null],
  { b64: '/w==' },
  { name: 'x' },
  'ü'.repeat(200),
];

/** A copy of the value in which one thing is odd, gone or there twice. */
function mutated(value: unknown, chance: Chance): unknown {
  if (typeof value !== 'object' || value === null || chance.happens(0.15)) return chance.pick(ODD);
  if (Array.isArray(value)) {
    const copy: unknown[] = [...value];
    const index = chance.below(copy.length + 1);
    const act = chance.next();
    if (act < 0.15) copy.splice(index, 1);
    else if (act < 0.3) copy.splice(index, 0, chance.pick([...copy, ...ODD]));
    else if (copy.length > 0)
      copy[index % copy.length] = mutated(copy[index % copy.length], chance);
    return copy;
  }
  const entries = Object.entries(value);
  const index = chance.below(entries.length || 1);
  const act = chance.next();
  if (act < 0.15) entries.splice(index, 1);
  else if (act < 0.25)
    entries.push([chance.pick(['data', 'shape', 'inputs']) ?? 'odd', chance.pick(ODD)]);
  else entries[index] = [entries[index]?.[0] ?? 'odd', mutated(entries[index]?.[1], chance)];
  return Object.fromEntries(entries);
}

/** Some bytes changed, cut out or doubled. */
function damaged(bytes: Buffer, chance: Chance): Buffer {
  const copy = Buffer.from(bytes);
  const at = chance.below(copy.length + 1);
  const act = chance.next();
  if (act < 0.2) return copy.subarray(0, at);
  if (act < 0.4) return Buffer.concat([copy.subarray(0, at), copy.subarray(at + chance.below(9))]);
  if (act < 0.6)
    return Buffer.concat([copy.subarray(0, at), copy.subarray(Math.max(0, at - chance.below(9)))]);
  for (let i = 0; i < 1 + chance.below(3); i++) copy[chance.below(copy.length)] = chance.below(256);
  return copy;
}

function v2Json(chance: Chance): Sent {
  const text = JSON.stringify(mutated(V2_JSON, chance));
  return { url: '/v2/models/mixed/infer', headers: {}, body: Buffer.from(text) };
}

function v2Binary(chance: Chance): Sent {
  const json = chance.happens(0.5) ? V2_BINARY : mutated(V2_BINARY, chance);
  const head = Buffer.from(JSON.stringify(json));
  const isShifted = chance.happens(0.2);
  const length = head.length + (isShifted ? chance.below(5) - 2 : 0);
  const whole = Buffer.concat([head, ...TENSORS]);
  const body = chance.happens(0.5) ? damaged(whole, chance) : whole;
  return { url: '/v2/models/mixed/infer', headers: { [LENGTH_HEADER]: String(length) }, body };
}

function v2Raw(chance: Chance): Sent {
  const body = Buffer.alloc(chance.below(40), chance.below(256));
  const model = chance.happens(0.8) ? 'table' : 'mixed';
  return { url: `/v2/models/${model}/infer`, headers: { [LENGTH_HEADER]: '0' }, body };
}

function v1(chance: Chance): Sent {
  const body = Buffer.from(JSON.stringify(mutated(chance.pick(V1_BODIES), chance)));
  return { url: '/predict', headers: {}, body };
}

function packed(chance: Chance): Sent {
  const make = chance.pick([v2Json, v2Binary, v1]) ?? v1;
  const sent = make(chance);
  const bytes = gzipSync(sent.body, { level: 1 });
  const body = chance.happens(0.5) ? damaged(bytes, chance) : bytes;
  return { ...sent, headers: { ...sent.headers, 'content-encoding': 'gzip' }, body };
}

test.each([
  ['v2 JSON', v2Json, 1200],
  ['v2 with binary tensors', v2Binary, 1200],
  ['v2 raw', v2Raw, 200],
  ['v1', v1, 600],
  ['compressed bodies', packed, 200],
] as const)('%s', async (_, make, times) => {
  const chance = new Chance(20);
  const seen = { right: 0, wrong: 0 };
  for (let i = 0; i < times; i++) {
    const { url, headers, body } = make(chance);
    const reply = await app.inject({ method: 'POST', url, headers, payload: body });
    if (reply.statusCode === 200) {
      seen.right++;
    } else {
      seen.wrong++;
      const what = (): string => `${i}: ${JSON.stringify(headers)} ${body.toString('latin1')}`;
      if (![400, 413, 415].includes(reply.statusCode)) expect.fail(`${reply.body} for ${what()}`);
      const { error, code } = reply.json();
      if (typeof error !== 'string' || typeof code !== 'string') expect.fail(what());
    }
  }
  expect(errors).toEqual([]);
  // Both happen: the bodies are neither all broken nor all untouched.
  expect(seen.right).toBeGreaterThan(times / 50);
  expect(seen.wrong).toBeGreaterThan(times / 10);
});
