/** An ONNX model of one large matrix: what a server does with large weights shows nowhere better. */
import { bytesField, type Field, messageField, textField, varintField } from './protobuf.js';

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
  const node = messageField(
    1,
    textField(1, 'X'),
    textField(1, 'W'),
    textField(2, 'Y'),
    textField(4, 'MatMul'),
  );
  const initializer = messageField(
    5,
    varintField(1, width),
    varintField(1, width),
    varintField(2, FLOAT),
    textField(8, 'W'),
    bytesField(9, Buffer.from(weights.buffer)),
  );
  const graph = messageField(
    7,
    node,
    textField(2, 'wide'),
    initializer,
    messageField(11, ...rows('X', width)),
    messageField(12, ...rows('Y', width)),
  );
  const opset = messageField(8, textField(1, ''), varintField(2, OPSET));
  return Buffer.concat([varintField(1, IR_VERSION), graph, opset]);
}

/** The description of a float32 tensor [N, width]. */
function rows(name: string, width: number): Field[] {
  const free = messageField(1, textField(2, 'N'));
  const fixed = messageField(1, varintField(1, width));
  const tensor = messageField(1, varintField(1, FLOAT), messageField(2, free, fixed));
  return [textField(1, name), messageField(2, tensor)];
}
