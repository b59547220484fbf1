/** The values of one input that are told row by row, each in an object with those of other inputs. */
import type { TensorSpec } from '../../model/tensor/signature.js';
import type { Tensor } from '../../model/tensor/tensor.js';
import { GAVE_UP, NumberScan } from './number-scan.js';
import { containers, dataOf, fits, isScannable, wantedAs } from './scanned-tensor.js';
import { keyOf } from './spec-key.js';

/** A model may have hundreds of inputs, and each keeps its memory. */
const FIRST_VALUES = 64;
const MOST_KEPT_VALUES = 2 ** 12;

/** Reused: begun, then row after row, then made a tensor or left. */
export class ColumnScan {
  readonly spec: TensorSpec;
  readonly key: Buffer;
  rows = 0;
  readonly #scan = new NumberScan(FIRST_VALUES, MOST_KEPT_VALUES);

  constructor(spec: TensorSpec) {
    this.spec = spec;
    this.key = keyOf(spec);
  }

  /** Undefined: its values are for others to read. */
  static for(spec: TensorSpec): ColumnScan | undefined {
    return spec.shape.length > 0 && isScannable(spec) ? new ColumnScan(spec) : undefined;
  }

  begin(): void {
    const { shape, takesMissing } = this.spec;
    this.rows = 0;
    this.#scan.rest();
    this.#scan.begin(shape.length - 1, wantedAs(this.spec), takesMissing === true);
  }

  /** Behind the value of one more row, or `GAVE_UP`. */
  next(bytes: Uint8Array, at: number): number {
    const end = this.#scan.next(bytes, at);
    if (end !== GAVE_UP) this.rows += 1;
    return end;
  }

  /** Arrays that its rows were. */
  get containers(): number {
    return this.spec.shape.length === 1 ? 0 : this.rows * containers(this.#scan.sizes);
  }

  /** Undefined where the values do not fit. */
  tensor(): Tensor | undefined {
    const { dtype, shape } = this.spec;
    const sizes = [this.rows, ...this.#scan.sizes];
    const data = fits(sizes, shape) ? dataOf(this.spec, this.#scan) : undefined;
    this.#scan.rest();
    return data && { dtype, shape: sizes, data };
  }
}
