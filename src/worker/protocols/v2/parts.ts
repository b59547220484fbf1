/** A reply of the v2 protocol in parts: the values of each output that was asked for. */
import type { TensorModel } from '../../../model/model.js';
import type { Tensors } from '../../../model/tensor/tensor.js';
import { flatToJson } from '../../../model/tensor/tensor-to-json.js';
import { JSON_TYPE } from '../../error-handler.js';
import { pushJoined } from '../../joined-bytes.js';
import type { PartForm } from '../../protocol.js';
import { type Echo, outputHead, replyHead, tensorOf } from './reply.js';
import type { RequestedOutput } from './requested-outputs.js';

/** @param form the names of the outputs as JSON */
export function writeValues(form: string, outputs: Tensors): readonly string[] {
  const names = JSON.parse(form) as readonly string[];
  return names.map((name) => flatToJson(tensorOf(outputs, name), 'name').slice(1, -1));
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
      push(`${replyHead(model, echo)},"outputs":[`);
      requested.forEach(({ name }, index) => {
        const { dtype, shape } = tensorOf(outputs, name);
        const whole = { dtype, shape: [rows, ...shape.slice(1)] };
        push(`${index === 0 ? '' : ','}${outputHead(name, whole)},"data":[`);
        pushJoined(bytes, texts, index);
        push(']}');
      });
      push(']}');
      return { bytes: Buffer.concat(bytes), headers: { 'content-type': JSON_TYPE } };
    },
  };
}
