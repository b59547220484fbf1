/** An ONNX model of one large matrix: what a server does with large weights shows nowhere better. */
import { bytesField, integerField } from '../../src/model/onnx/wire.js';

const FLOAT = 1;
const IR_VERSION = 8;
const OPSET = 13;

/** Y = X · W, with W a square matrix of `width` whose row r, column c is `weightAt(r, c)`. */
export function wideModel(
  width: number,
  weightAt: (row: number, column: number) => number,
): Buffer {
  const weights = new Float32Array(width * width);
  for (let at = 0; at < weights.length; at += 1) {
    weights[at] = weightAt(Math.floor(at / width), at % width);
  }
  const node = bytesField(
    1,
    bytesField(1, 'X'),
    bytesField(1, 'W'),
    bytesField(2, 'Y'),
    bytesField(4, 'MatMul'),
  );
  const initializer = bytesField(
    5,
    integerField(1, width),
    integerField(1, width),
    integerField(2, FLOAT),
    bytesField(8, 'W'),
    bytesField(9, Buffer.from(weights.buffer)),
  );
  const graph = bytesField(
    7,
    node,
    bytesField(2, 'wide'),
    initializer,
    bytesField(11, ...rows('X', width)),
    bytesField(12, ...rows('Y', width)),
  );
  const opset = bytesField(8, bytesField(1, ''), integerField(2, OPSET));
  return Buffer.concat([integerField(1, IR_VERSION), graph, opset]);
}

/** The description of a float32 tensor [N, width]. */
function rows(name: string, width: number): Buffer[] {
  const free = bytesField(1, bytesField(2, 'N'));
  const fixed = bytesField(1, integerField(1, width));
  const tensor = bytesField(1, integerField(1, FLOAT), bytesField(2, free, fixed));
  return [bytesField(1, name), bytesField(2, tensor)];
}
