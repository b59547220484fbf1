/** What v2 clients send and read: JSON, and tensors as bytes behind it. */
import type { FastifyInstance } from 'fastify';
import { REQUEST_ID } from './model-app.js';

export const LENGTH_HEADER = 'inference-header-content-length';

export type V2Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  // A test knows the form of the answer it asked for.
  // biome-ignore lint/suspicious/noExplicitAny: narrowed by the assertion that reads it
  readonly json: any;
  /** What lies behind the JSON. */
  readonly binary: Buffer;
};

export async function infer(
  app: FastifyInstance,
  path: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): Promise<V2Answer> {
  const reply = await app.inject({
    method: 'POST',
    url: path.startsWith('/') ? path : `/v2/models/${path}/infer`,
    headers: { 'x-request-id': REQUEST_ID, ...headers },
    payload: body,
  });
  const bytes = reply.rawPayload;
  const length = reply.headers[LENGTH_HEADER];
  const jsonBytes = length === undefined ? bytes.length : Number(length);
  return {
    status: reply.statusCode,
    headers: reply.headers,
    json: JSON.parse(bytes.toString('utf8', 0, jsonBytes)),
    binary: bytes.subarray(jsonBytes),
  };
}

export function inferJson(app: FastifyInstance, path: string, body: unknown): Promise<V2Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return infer(app, path, text, { 'content-type': 'application/json' });
}

/** As Triton's Python client sends it: without a content type. */
export function inferBinary(
  app: FastifyInstance,
  path: string,
  json: unknown,
  ...tensors: readonly Uint8Array[]
): Promise<V2Answer> {
  const head = Buffer.from(JSON.stringify(json));
  return infer(app, path, Buffer.concat([head, ...tensors]), {
    [LENGTH_HEADER]: String(head.length),
  });
}

/** Strings as a binary tensor has them. */
export function stringBytes(...texts: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(
    texts.flatMap((text) => {
      const bytes = Buffer.from(text);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.length);
      return [length, bytes];
    }),
  );
}

export function bytesOf(data: ArrayBufferView<ArrayBuffer>): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
