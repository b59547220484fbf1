/** A reply of the v1 protocol in parts: by rows, one text; by columns, one for each output. */
import type { Signature } from '../../../model/tensor/signature.js';
import type { Tensors } from '../../../model/tensor/tensor.js';
import { tensorToJson } from '../../../model/tensor/tensor-to-json.js';
import { JSON_TYPE } from '../../error-handler.js';
import { pushJoined } from '../../joined-bytes.js';
import type { PartForm, Reply } from '../../protocol.js';
import { checkRows, rowsToJson, tensorOf } from './reply.js';
import type { Form, TensorRequest } from './request.js';

/** @throws RequestError as `tensorReply` */
export function writeRows(
  form: string,
  outputs: Tensors,
  rows: number,
  { outputs: specs }: Signature,
): readonly string[] {
  if (form === ('columns' satisfies Form)) {
    return specs.map(({ name }) => tensorToJson(tensorOf(outputs, name)).slice(1, -1));
  }
  for (const { name } of specs) checkRows(name, tensorOf(outputs, name), rows);
  return [rowsToJson(specs, outputs, rows).slice(1, -1)];
}

export function rowParts({ form }: TensorRequest, { outputs: specs }: Signature): PartForm {
  return {
    form,
    joined(texts) {
      const bytes: Uint8Array[] = [];
      const push = (text: string): void => void bytes.push(Buffer.from(text));
      const isNamed = form === 'columns' && specs.length > 1;
      push(form === 'columns' ? '{"outputs":' : '{"predictions":');
      if (!isNamed) {
        push('[');
        pushJoined(bytes, texts, 0);
        push(']}');
        return jsonReply(bytes);
      }
      specs.forEach(({ name }, index) => {
        push(`${index === 0 ? '{' : '],'}${JSON.stringify(name)}:[`);
        pushJoined(bytes, texts, index);
      });
      push(']}}');
      return jsonReply(bytes);
    },
  };
}

function jsonReply(bytes: readonly Uint8Array[]): Reply {
  return { bytes: Buffer.concat(bytes), headers: { 'content-type': JSON_TYPE } };
}
