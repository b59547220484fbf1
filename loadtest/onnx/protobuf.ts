/** As much of protobuf as an ONNX file needs; pure. */
export type Field = Buffer;

export function varintField(number: number, value: number): Field {
  return Buffer.concat([varint(number << 3), varint(value)]);
}

export function bytesField(number: number, bytes: Uint8Array): Field {
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

export function textField(number: number, text: string): Field {
  return bytesField(number, Buffer.from(text));
}

export function messageField(number: number, ...fields: readonly Field[]): Field {
  return bytesField(number, Buffer.concat(fields));
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}
