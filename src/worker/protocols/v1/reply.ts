/** Output tensors as a reply body of the v1 protocol, in which a single output has no name. */
import { RequestError } from '../../../errors.js';
import type { Signature, TensorSpec } from '../../../model/tensor/signature.js';
import type { Tensor, Tensors } from '../../../model/tensor/tensor.js';
import { RowBlocks } from '../../serializers/row-blocks.js';
import { isAscii, TensorSerializer } from '../../serializers/tensor-serializer.js';
import type { TensorRequest } from './request.js';

type Output = {
  readonly name: string;
  /** What stands before its value in an object of all outputs, from the bracket on. */
  readonly key: string;
  readonly values: TensorSerializer;
};

/**
 * Writes the replies of a model. It is made once from the signature, so that for each reply only
 * what differs between replies is left to decide.
 */
export class ReplySerializer {
  /** Its texts have as many bytes as characters. */
  readonly isAscii: boolean;
  readonly #outputs: readonly Output[];
  readonly #only: Output | undefined;

  constructor(specs: readonly TensorSpec[]) {
    this.#outputs = specs.map((spec, at) => ({
      name: spec.name,
      key: `${at === 0 ? '{' : ','}${JSON.stringify(spec.name)}:`,
      values: new TensorSerializer(spec),
    }));
    this.#only = specs.length === 1 ? this.#outputs[0] : undefined;
    this.isAscii = this.#outputs.every(({ key, values }) => isAscii(key) && values.isAscii);
  }

  /** That of a model's outputs. */
  static of({ outputs }: Signature): ReplySerializer {
    let serializer = made.get(outputs);
    if (serializer === undefined) {
      serializer = new ReplySerializer(outputs);
      made.set(outputs, serializer);
    }
    return serializer;
  }

  /** @throws RequestError INVALID_INPUT when the outputs cannot be told apart by rows */
  reply(asked: TensorRequest, outputs: Tensors): string {
    return asked.form === 'columns'
      ? `{"outputs":${this.value(asked, outputs)}}`
      : `{"predictions":${this.value(asked, outputs)}}`;
  }

  /** What stands under `outputs` or `predictions`. @throws as `reply` */
  value({ form, rows }: TensorRequest, outputs: Tensors): string {
    if (form === 'columns') return this.#columns(outputs);
    const only = this.#only;
    if (only === undefined) return `[${this.#rows(outputs, rows)}]`;
    const tensor = tensorOf(outputs, only.name);
    checkRows(only.name, tensor, rows);
    return only.values.whole(tensor);
  }

  /** Rows of the reply with commas between, to be joined with others. @throws as `reply` */
  rows(outputs: Tensors, rows: number): string {
    return this.#only === undefined
      ? this.#rows(outputs, rows)
      : this.value({ form: 'rows', rows, inputs: {} }, outputs).slice(1, -1);
  }

  /** The values of each output, without their outermost brackets. */
  columns(outputs: Tensors): readonly string[] {
    return this.#outputs.map(({ name, values }) => {
      return values.whole(tensorOf(outputs, name)).slice(1, -1);
    });
  }

  #columns(outputs: Tensors): string {
    const only = this.#only;
    if (only !== undefined) return only.values.whole(tensorOf(outputs, only.name));
    let text = '';
    for (const { name, key, values } of this.#outputs) {
      text += key;
      text += values.whole(tensorOf(outputs, name));
    }
    return text === '' ? '{}' : `${text}}`;
  }

  #rows(outputs: Tensors, rows: number): string {
    const tensors: Tensor[] = [];
    for (const { name } of this.#outputs) {
      const tensor = tensorOf(outputs, name);
      checkRows(name, tensor, rows);
      tensors.push(tensor);
    }
    const end = tensors.length === 0 ? '{}' : '}';
    const blocks = rows > 1 ? tensors.map(RowBlocks.for) : NO_BLOCKS;
    let text = '';
    for (let row = 0; row < rows; row++) {
      if (row > 0) text += ',';
      for (let at = 0; at < tensors.length; at++) {
        const { key, values } = this.#outputs[at] as Output;
        text += key;
        text += blocks[at]?.next() ?? values.row(tensors[at] as Tensor, row);
      }
      text += end;
    }
    return text;
  }
}

const NO_BLOCKS: readonly undefined[] = [];
const made = new WeakMap<readonly TensorSpec[], ReplySerializer>();

function checkRows(name: string, { shape }: Tensor, rows: number): void {
  if (shape[0] === rows) return;
  throw new RequestError(
    'INVALID_INPUT',
    `output "${name}" has shape [${shape.join(', ')}], not one row for each of ${rows} instances: expected the form {"inputs": ...}`,
  );
}

function tensorOf(outputs: Tensors, name: string): Tensor {
  const tensor = outputs[name];
  if (tensor === undefined) throw new RequestError('MODEL_ERROR', `output "${name}" is missing`);
  return tensor;
}
