/**
 * A v2 body without the numbers of its inputs: those are read out of its bytes, and what is left is
 * a small body of JSON with a mark in place of each `data`. Whatever is not as usual gives up, or
 * fails later on; the body is then read as a whole, which knows what to say.
 */
import { constants } from 'node:buffer';
import type { Signature, TensorSpec } from '../../../model/tensor/signature.js';
import { COMMA, OPEN_ARRAY, OPEN_OBJECT } from '../../punctuation.js';
import { pastMember, pastValue } from '../../scan/json-walk.js';
import { MARK_TEXT } from '../../scan/mark.js';
import { GAVE_UP, pastSign, pastSpaces } from '../../scan/number-scan.js';
import { isScannable, type ScannedNumbers, scannedNumbers } from '../../scan/scanned-tensor.js';
import { pastKey, specAt } from '../../scan/spec-key.js';

export type CutInput = { readonly spec: TensorSpec; readonly numbers: ScannedNumbers };

export type CutBody = {
  readonly json: Buffer;
  /** By the position of their input. */
  readonly inputs: ReadonlyMap<number, CutInput>;
};

const INPUTS = Buffer.from('"inputs"');
const NAME = Buffer.from('"name"');
const DATA = Buffer.from('"data"');

/** Usual tensors are not nested deeper. */
const DEEPEST = 16;

/** Undefined: there is nothing to cut, or it cannot be told where. */
export function cutNumbers(json: Buffer, { inputs }: Signature): CutBody | undefined {
  if (json.length > constants.MAX_STRING_LENGTH) return undefined;
  return new Cutting(json, inputs).run();
}

class Cutting {
  readonly #json: Buffer;
  readonly #specs: readonly TensorSpec[];
  readonly #inputs = new Map<number, CutInput>();
  readonly #rest: Buffer[] = [];
  /** Where what is left goes on. */
  #from = 0;
  #hasInputs = false;

  constructor(json: Buffer, specs: readonly TensorSpec[]) {
    this.#json = json;
    this.#specs = specs;
  }

  run(): CutBody | undefined {
    const end = this.#members(pastSign(this.#json, 0, OPEN_OBJECT), (at) => this.#ofBody(at));
    if (end === GAVE_UP || this.#inputs.size === 0) return undefined;
    this.#rest.push(this.#json.subarray(this.#from));
    return { json: Buffer.concat(this.#rest), inputs: this.#inputs };
  }

  /** @param member goes past the key and value that begin there */
  #members(from: number, member: (at: number) => number): number {
    let at = from;
    while (at !== GAVE_UP) {
      at = member(at);
      if (at === GAVE_UP) return GAVE_UP;
      at = pastSpaces(this.#json, at);
      if (this.#json[at] !== COMMA) return at + 1;
      at += 1;
    }
    return GAVE_UP;
  }

  #ofBody(at: number): number {
    const inputs = pastKey(this.#json, at, INPUTS);
    if (inputs === GAVE_UP) return pastMember(this.#json, at);
    // Of two, the last one holds.
    if (this.#hasInputs) return GAVE_UP;
    this.#hasInputs = true;
    let index = 0;
    return this.#members(pastSign(this.#json, inputs, OPEN_ARRAY), (start) => {
      const end = this.#input(pastSign(this.#json, start, OPEN_OBJECT), index);
      index += 1;
      return end;
    });
  }

  #input(from: number, index: number): number {
    // Who writes the numbers first can mean only one input.
    let spec = this.#specs.length === 1 ? this.#specs[0] : undefined;
    return this.#members(from, (at) => {
      const name = pastKey(this.#json, at, NAME);
      if (name !== GAVE_UP) {
        spec = specAt(this.#json, name, this.#specs);
        return pastValue(this.#json, name);
      }
      const data = pastKey(this.#json, at, DATA);
      return data === GAVE_UP ? pastMember(this.#json, at) : this.#data(data, index, spec);
    });
  }

  #data(from: number, index: number, spec: TensorSpec | undefined): number {
    if (spec === undefined || this.#inputs.has(index)) return GAVE_UP;
    const start = pastSpaces(this.#json, from);
    const depth = this.#depthAt(start);
    if (depth === 0 || !isScannable(spec)) return pastValue(this.#json, start);
    if (depth > DEEPEST) return GAVE_UP;
    const numbers = scannedNumbers(this.#json, start, spec, depth);
    if (numbers === undefined) return GAVE_UP;
    this.#inputs.set(index, { spec, numbers });
    this.#rest.push(this.#json.subarray(this.#from, start), MARK_TEXT);
    this.#from = numbers.end;
    return numbers.end;
  }

  #depthAt(start: number): number {
    let depth = 0;
    let at = start;
    for (; this.#json[at] === OPEN_ARRAY; at = pastSpaces(this.#json, at + 1)) depth += 1;
    return depth;
  }
}
