/** The `inputs` of a v2 body as tensors, their data in the JSON or behind it. */

import type { JsonObject } from '../../../config/json-object.js';
import { V2_DATATYPES } from '../../../model/paths/v2-datatype.js';
import { described, keyPath } from '../../../model/tensor/place.js';
import type { Signature, TensorSpec } from '../../../model/tensor/signature.js';
import { isSize, lengthOf, type Tensor, type Tensors } from '../../../model/tensor/tensor.js';
import { tensorOfShape } from '../../../model/tensor/tensor-from-json.js';
import { checkedLength } from '../../body/input-limits.js';
import { invalid } from '../../invalid-input.js';
import { checkedObjects, namesOf, shown } from '../../json-object.js';
import { MARK } from '../../scan/mark.js';
import { tensorFromBytes } from './binary-tensor.js';
import type { CutInput } from './cut-numbers.js';
import { parametersOf } from './parameters.js';

const SIZE = 'binary_data_size';

/** Where the values of a body's inputs are. */
export type InputSources = {
  /** Of the whole JSON. */
  readonly jsonBytes: number;
  readonly binary: Buffer;
  /** What was cut out of the JSON, by the position of its input. */
  readonly cut: ReadonlyMap<number, CutInput>;
};

/** Takes the inputs of one body one after another: each binary one begins where the last ended. */
export class InputReader {
  readonly #signature: Signature;
  readonly #modelName: string;
  readonly #jsonBytes: number;
  readonly #binary: Buffer;
  readonly #cut: InputSources['cut'];
  readonly #tensors: Record<string, Tensor> = {};
  /** Bytes of `binary` that were taken. */
  #taken = 0;

  constructor(signature: Signature, modelName: string, { jsonBytes, binary, cut }: InputSources) {
    this.#signature = signature;
    this.#modelName = modelName;
    this.#jsonBytes = jsonBytes;
    this.#binary = binary;
    this.#cut = cut;
  }

  /** @throws RequestError INVALID_INPUT naming input, position, expected and got */
  read(inputs: unknown): Tensors {
    const expected = 'an array of {"name", "shape", "datatype", "data"}';
    if (inputs === undefined) throw invalid(`inputs: expected ${expected}, got nothing`);
    const listed = checkedObjects(inputs, 'inputs', expected);
    for (const [index, input] of listed.entries()) this.#add(input, index);
    this.#checkMissing();
    this.#checkRest();
    return this.#tensors;
  }

  #add(input: JsonObject, index: number): void {
    const at = `inputs[${index}]`;
    const spec = this.#specOf(input.name, at);
    if (Object.hasOwn(this.#tensors, spec.name)) {
      throw invalid(`${at}: input ${shown(spec.name)} is there twice`);
    }
    checkDatatype(input.datatype, spec);
    const shape = checkedShape(input.shape, spec);
    const length = checkedLength(`input "${spec.name}"`, shape);
    const size = parametersOf(input, `${at}.`)[SIZE];
    const cut = this.#cut.get(index);
    this.#tensors[spec.name] =
      size === undefined
        ? cut === undefined
          ? this.#fromJson(input, spec, shape, at)
          : tensorOfCut(cut, input, spec, shape)
        : this.#fromBytes(input, spec, shape, length, size);
  }

  #fromJson(input: JsonObject, spec: TensorSpec, shape: readonly number[], at: string): Tensor {
    // Null is none: some clients write all members of an object.
    const data = input.data ?? undefined;
    if (data === undefined) {
      throw invalid(
        `input "${spec.name}": expected "data" or the parameter "${SIZE}", got neither`,
      );
    }
    const place = {
      code: 'INVALID_INPUT',
      subject: `input "${spec.name}"`,
      root: `${at}${keyPath('data')}`,
    } as const;
    return tensorOfShape(data, spec, shape, place, this.#jsonBytes);
  }

  #fromBytes(
    input: JsonObject,
    { name, dtype }: TensorSpec,
    shape: readonly number[],
    length: number,
    size: unknown,
  ): Tensor {
    const at = `input "${name}"`;
    if ((input.data ?? undefined) !== undefined) {
      throw invalid(`${at}: expected "data" or the parameter "${SIZE}", got both`);
    }
    if (!isSize(size)) {
      throw invalid(`${at}: ${SIZE}: expected a number of bytes, got ${described(size)}`);
    }
    const start = this.#taken;
    const rest = this.#binary.length - start;
    if (size > rest) {
      throw invalid(
        `${at} of model "${this.#modelName}": expecting ${size - rest} additional bytes: ${SIZE} is ${size}, got ${rest}`,
      );
    }
    this.#taken += size;
    const bytes = this.#binary.subarray(start, this.#taken);
    return tensorFromBytes(bytes, { dtype, shape }, length, at);
  }

  #specOf(name: unknown, at: string): TensorSpec {
    if (typeof name !== 'string') {
      throw invalid(`${at}.name: expected a string, got ${described(name)}`);
    }
    const { inputs } = this.#signature;
    const spec = inputs.find((candidate) => candidate.name === name);
    if (spec !== undefined) return spec;
    throw invalid(`${at}: unknown input ${shown(name)}; expected ${namesOf(inputs)}`);
  }

  #checkMissing(): void {
    const { inputs } = this.#signature;
    for (const { name, isOptional } of inputs) {
      if (isOptional === true || Object.hasOwn(this.#tensors, name)) continue;
      throw invalid(`inputs: input "${name}" is missing; expected ${namesOf(inputs)}`);
    }
  }

  #checkRest(): void {
    const rest = this.#binary.length - this.#taken;
    if (rest === 0) return;
    throw invalid(
      `the body of a request for model "${this.#modelName}" has ${rest} bytes behind its last input; expected ${this.#taken} behind the JSON`,
    );
  }
}

/** What was cut out must be this input's, and of its shape, or of no shape at all. */
function tensorOfCut(
  { spec: cutAs, numbers }: CutInput,
  input: JsonObject,
  spec: TensorSpec,
  shape: readonly number[],
): Tensor {
  const { sizes, data } = numbers;
  const isFlat = sizes.length === 1 && data.length === lengthOf(shape);
  const isShaped = sizes.length === shape.length && sizes.every((size, at) => size === shape[at]);
  if (input.data === MARK && cutAs === spec && (isFlat || isShaped)) {
    return { dtype: spec.dtype, shape, data };
  }
  throw invalid(`input "${spec.name}": expected other numbers`);
}

function checkDatatype(datatype: unknown, { name, dtype }: TensorSpec): void {
  const expected = V2_DATATYPES[dtype];
  if (datatype === expected) return;
  throw invalid(`input "${name}": expected datatype ${expected}, got ${described(datatype)}`);
}

function checkedShape(
  shape: unknown,
  { name, shape: expected, hasAnyShape }: TensorSpec,
): readonly number[] {
  if (!Array.isArray(shape)) {
    throw invalid(`input "${name}": shape: expected an array of sizes, got ${described(shape)}`);
  }
  const wrong = shape.findIndex((size) => !isSize(size));
  if (wrong >= 0) {
    const got = described(shape[wrong]);
    throw invalid(
      `input "${name}": shape[${wrong}]: expected a whole number from 0 on, got ${got}`,
    );
  }
  const fits = expected.every((size, axis) => size === -1 || size === shape[axis]);
  if (hasAnyShape || (shape.length === expected.length && fits)) return shape;
  const free = expected.map((size) => (size === -1 ? '?' : size)).join(', ');
  throw invalid(
    `input "${name}": expected a shape [${free}], got [${shape.slice(0, 20).join(', ')}]`,
  );
}
