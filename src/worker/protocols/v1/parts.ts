/** A reply of the v1 protocol in parts: by rows, one text; by columns, one for each output. */
import type { Signature } from '../../../model/tensor/signature.js';
import type { Tensors } from '../../../model/tensor/tensor.js';
import { tensorToJson } from '../../../model/tensor/tensor-to-json.js';
import { JSON_TYPE } from '../../error-handler.js';
import { pushJoined } from '../../joined-bytes.js';
import type { PartForm, Reply } from '../../protocol.js';
import { predictionText } from './predictions.js';
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

/** @throws RequestError as `predictionText` */
export function writePredictions(
  predictions: readonly unknown[],
  modelName: string,
): readonly string[] {
  return [predictionText(modelName, predictions).slice(1, -1)];
}

export const PREDICTION_PARTS: PartForm = {
  form: 'rows' satisfies Form,
  joined: (texts) => predictionsOf(texts),
};

export function rowParts({ form }: TensorRequest, { outputs: specs }: Signature): PartForm {
  return {
    form,
    joined(texts) {
      if (form === 'rows') return predictionsOf(texts);
      if (specs.length < 2) return bracketed('{"outputs":[', texts);
      const bytes: Uint8Array[] = [];
      const push = (text: string): void => void bytes.push(Buffer.from(text));
      push('{"outputs":');
      specs.forEach(({ name }, index) => {
        push(`${index === 0 ? '{' : '],'}${JSON.stringify(name)}:[`);
        pushJoined(bytes, texts, index);
      });
      push(']}}');
      return jsonReply(bytes);
    },
  };
}

type Texts = readonly (readonly Uint8Array[])[];

function predictionsOf(texts: Texts): Reply {
  return bracketed('{"predictions":[', texts);
}

function bracketed(start: string, texts: Texts): Reply {
  const bytes: Uint8Array[] = [Buffer.from(start)];
  pushJoined(bytes, texts, 0);
  bytes.push(Buffer.from(']}'));
  return jsonReply(bytes);
}

function jsonReply(bytes: readonly Uint8Array[]): Reply {
  return { bytes: Buffer.concat(bytes), headers: { 'content-type': JSON_TYPE } };
}
