/** A reply of the v2 protocol in parts: the values of each output that was asked for. */
import type { TensorModel } from '../../../model/model.js';
import type { Signature } from '../../../model/tensor/signature.js';
import type { Tensors } from '../../../model/tensor/tensor.js';
import { JSON_TYPE } from '../../error-handler.js';
import { pushJoined } from '../../joined-bytes.js';
import type { PartForm } from '../../protocol.js';
import { type Echo, outputSerializer, ReplyHead } from './reply.js';
import type { RequestedOutput } from './requested-outputs.js';

/** @param form the names of the outputs as JSON */
export function writeValues(
  form: string,
  outputs: Tensors,
  _rows: number,
  signature: Signature,
): readonly string[] {
  const names = JSON.parse(form) as readonly string[];
  return names.map((name) => outputSerializer(signature, name).values(outputs));
}

export function valueParts(
  model: TensorModel,
  echo: Echo,
  requested: readonly RequestedOutput[],
): PartForm {
  return {
    get form() {
      return JSON.stringify(requested.map(({ name }) => name));
    },
    joined(texts, outputs, rows) {
      const bytes: Uint8Array[] = [];
      const push = (text: string): void => void bytes.push(Buffer.from(text));
      push(`${ReplyHead.of(model).toJson(echo)},"outputs":[`);
      requested.forEach(({ name }, index) => {
        const serializer = outputSerializer(model.signature, name);
        const { shape } = serializer.tensorIn(outputs);
        push(`${index === 0 ? '' : ','}${serializer.head([rows, ...shape.slice(1)])},"data":[`);
        pushJoined(bytes, texts, index);
        push(']}');
      });
      push(']}');
      return { bytes: Buffer.concat(bytes), headers: { 'content-type': JSON_TYPE } };
    },
  };
}
