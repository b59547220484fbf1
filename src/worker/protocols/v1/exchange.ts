/** The v1 protocol of TF Serving, KServe and Vertex, as the inference path uses it. */
import { type Signature, takesWideIntegers } from '../../../model/tensor/signature.js';
import type { Tensors } from '../../../model/tensor/tensor.js';
import { parseJsonBody } from '../../body/json-body.js';
import { checkJsonBody } from '../../body/media-type.js';
import type {
  InstancesExchange,
  PartForm,
  PieceForm,
  Protocol,
  Reply,
  TensorExchange,
} from '../../protocol.js';
import { PREDICTION_PARTS, rowParts, writePredictions, writeRows } from './parts.js';
import { instancesReply, predictionText } from './predictions.js';
import { ReplySerializer } from './reply.js';
import { readInstances, readTensors, type TensorRequest } from './request.js';
import { scannedRequest } from './scanned-request.js';

export const v1: Protocol = {
  name: 'v1',

  readTensors({ bytes, headers }, { signature }) {
    checkJsonBody(headers);
    const asked = scannedRequest(bytes, signature) ?? parsedRequest(bytes, signature);
    return new TensorRows(asked, signature);
  },

  readInstances({ bytes, headers }, { name }) {
    checkJsonBody(headers);
    return new Instances(readInstances(parseJsonBody(bytes), name), name);
  },

  writePart: writeRows,
  writePredictions,
};

function parsedRequest(bytes: Buffer, signature: Signature): TensorRequest {
  const json = parseJsonBody(bytes, takesWideIntegers(signature));
  return readTensors(json, signature, bytes.length);
}

/** Its methods are not closures: every request makes one of these. */
class TensorRows implements TensorExchange, PieceForm<Tensors> {
  readonly #asked: TensorRequest;
  readonly #signature: Signature;
  readonly #serializer: ReplySerializer;

  constructor(asked: TensorRequest, signature: Signature) {
    this.#asked = asked;
    this.#signature = signature;
    this.#serializer = ReplySerializer.of(signature);
  }

  get inputs(): Tensors {
    return this.#asked.inputs;
  }

  get rows(): number {
    return this.#asked.rows;
  }

  get isAscii(): boolean {
    return this.#serializer.isAscii;
  }

  get pieces(): PieceForm<Tensors> {
    return this;
  }

  get parts(): PartForm {
    return rowParts(this.#asked, this.#signature);
  }

  reply(outputs: Tensors): string {
    return this.#serializer.reply(this.#asked, outputs);
  }

  piece(outputs: Tensors): string {
    return this.#serializer.value(this.#asked, outputs);
  }

  joined(pieces: readonly string[]): string {
    const key = this.#asked.form === 'columns' ? 'outputs' : 'predictions';
    return `{"${key}":[${pieces.join(',')}]}`;
  }
}

class Instances implements InstancesExchange, PieceForm<unknown> {
  readonly instances: readonly unknown[];
  readonly #modelName: string;

  constructor(instances: readonly unknown[], modelName: string) {
    this.instances = instances;
    this.#modelName = modelName;
  }

  get pieces(): PieceForm<unknown> {
    return this;
  }

  get parts(): PartForm {
    return PREDICTION_PARTS;
  }

  reply(predictions: readonly unknown[]): Reply {
    return instancesReply(this.#modelName, predictions);
  }

  piece(value: unknown): string {
    return predictionText(this.#modelName, value);
  }

  joined(pieces: readonly string[]): string {
    return `{"predictions":[${pieces.join(',')}]}`;
  }
}
