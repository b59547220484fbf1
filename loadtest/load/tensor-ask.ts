/** A large tensor in the binary form of the Open Inference Protocol, for ../subjects/bytes. */
import type { Ask } from './ask.js';

/** Numbers that repeat from 0 to this less one, which floats hold exactly. */
export const CYCLE = 1000;

export function tensorAsk(count: number): Ask {
  const floats = Float32Array.from({ length: count }, (_, at) => at % CYCLE);
  const tensor = {
    ...{ name: 'X', shape: [1, count], datatype: 'FP32' },
    parameters: { binary_data_size: floats.byteLength },
  };
  const json = JSON.stringify({ inputs: [tensor] });
  // So long that a reader may use the floats where they lie.
  const head = json.padEnd(Math.ceil(json.length / 8) * 8);
  const body = Buffer.concat([Buffer.from(head), Buffer.from(floats.buffer)]);
  return {
    path: '/v2/models/bytes/infer',
    headers: {
      'content-type': 'application/octet-stream',
      'inference-header-content-length': String(head.length),
    },
    ...{ body: body.toString('base64'), encoding: 'base64' },
  };
}

/** The first and the last number, as the model answers them. */
export function endsOf(reply: string): readonly number[] {
  const { outputs } = JSON.parse(reply) as { outputs?: { data: number[] }[] };
  return outputs?.[0]?.data ?? [];
}
