/** Binary tensors and compressed bodies on their whole way: client, master, link, worker, and back. */
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { startServer, type TestServer } from './server.js';

const LENGTH_HEADER = 'inference-header-content-length';
const ROWS = 100_000;

function post(
  server: TestServer,
  path: string,
  body: Buffer,
  headers: Record<string, string>,
): Promise<Response> {
  return fetch(server.url + path, { method: 'POST', body: new Uint8Array(body), headers });
}

/** Adds the tensor to itself and expects every bit of the sum. */
async function expectExactSum(server: TestServer, encoding: 'identity' | 'gzip'): Promise<void> {
  const a = Float64Array.from({ length: 2 * ROWS }, (_, index) => index / 3);
  const bytes = Buffer.from(a.buffer);
  const tensor = { datatype: 'FP64', shape: [ROWS, 2] };
  const parameters = { binary_data_size: bytes.length };
  const json = {
    id: 'odd-length',
    inputs: ['a', 'b'].map((name) => ({ name, ...tensor, parameters })),
    outputs: [{ name: 'sum', parameters: { binary_data: true } }],
  };
  const head = Buffer.from(JSON.stringify(json));
  const body = Buffer.concat([head, bytes, bytes]);
  const sent = encoding === 'gzip' ? gzipSync(body, { level: 1 }) : body;
  const reply = await post(server, '/v2/models/two-by-two/versions/1/infer', sent, {
    [LENGTH_HEADER]: String(head.length),
    'content-encoding': encoding,
    'accept-encoding': encoding,
  });
  expect(reply.status).toBe(200);
  expect(reply.headers.get('content-encoding') ?? 'identity').toBe(encoding);
  const whole = Buffer.from(await reply.arrayBuffer());
  const jsonBytes = Number(reply.headers.get(LENGTH_HEADER));
  expect(JSON.parse(whole.toString('utf8', 0, jsonBytes))).toEqual({
    model_name: 'two-by-two',
    model_version: '1',
    id: 'odd-length',
    outputs: [{ name: 'sum', ...tensor, parameters }],
  });
  const sum = Buffer.from(a.map((value) => value + value).buffer);
  expect(whole.subarray(jsonBytes).equals(sum)).toBe(true);
}

it('tensors of megabytes come back to the bit; what grows beyond --max-body kills nobody', async () => {
  const server = await startServer({
    path: 'two-by-two',
    workers: 1,
    args: ['--max-body', '8mb'],
  });
  const { workers } = await server.status();
  await expectExactSum(server, 'identity');
  const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20, ' '));
  for (const path of ['/predict', '/v2/models/two-by-two/infer']) {
    const reply = await post(server, path, bomb, { 'content-encoding': 'gzip' });
    expect(reply.status).toBe(413);
    expect(await reply.json()).toMatchObject({ code: 'BODY_TOO_LARGE' });
  }
  await expectExactSum(server, 'gzip');
  expect((await server.status()).workers[0]?.pid).toBe(workers[0]?.pid);
  await server.stop();
});
