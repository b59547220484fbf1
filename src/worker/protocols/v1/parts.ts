/** A reply of the v1 protocol in parts: by rows, one text; by columns, one for each output. */
import type { Signature } from '../../../model/tensor/signature.js';
import type { Tensors } from '../../../model/tensor/tensor.js';
import { JSON_TYPE } from '../../error-handler.js';
import { pushJoined } from '../../joined-bytes.js';
import type { PartForm, Reply } from '../../protocol.js';
import { predictionText } from './predictions.js';
import { ReplySerializer } from './reply.js';
import type { Form, TensorRequest } from './request.js';

/** @throws RequestError as `ReplySerializer.reply` */
export function writeRows(
  form: string,
  outputs: Tensors,
  rows: number,
  signature: Signature,
): readonly string[] {
  const serializer = ReplySerializer.of(signature);
  if (form === ('columns' satisfies Form)) return serializer.columns(outputs);
  return [serializer.rows(outputs, rows)];
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
