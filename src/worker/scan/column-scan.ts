/** The values of one input that are told row by row, each in an object with those of other inputs. */
import type { TensorSpec } from '../../model/tensor/signature.js';
import type { Tensor } from '../../model/tensor/tensor.js';
import { GAVE_UP, NumberScan } from './number-scan.js';
import { containers, dataOf, fits, isScannable, wantedAs, wordsOf } from './scanned-tensor.js';
import { keyOf } from './spec-key.js';
import { WordScan } from './word-scan.js';

/** A model may have hundreds of inputs, and each keeps its memory. */
const FIRST_VALUES = 64;
const MOST_KEPT_VALUES = 2 ** 12;

/** Reused: begun, then row after row, then made a tensor or left. */
export class ColumnScan {
  readonly spec: TensorSpec;
  readonly key: Buffer;
  rows = 0;
  /** Of the brackets of a row. */
  readonly #depth: number;
  readonly #scan: NumberScan | WordScan;

  private constructor(spec: TensorSpec, isBare: boolean) {
    this.spec = spec;
    this.key = keyOf(spec);
    this.#depth = isBare ? 0 : spec.shape.length - 1;
    this.#scan = isScannable(spec)
      ? new NumberScan(FIRST_VALUES, MOST_KEPT_VALUES)
      : new WordScan();
  }

  /**
   * @param isBare a row of it is one value, which is told without brackets
   * @returns undefined: its values are for others to read
   */
  static for(spec: TensorSpec, isBare = false): ColumnScan | undefined {
    return spec.shape.length > 0 ? new ColumnScan(spec, isBare) : undefined;
  }

  begin(): void {
    const { spec } = this;
    const scan = this.#scan;
    this.rows = 0;
    if (scan instanceof WordScan) {
      scan.begin(this.#depth, spec.dtype === 'bool');
    } else {
      scan.rest();
      scan.begin(this.#depth, wantedAs(spec), spec.takesMissing === true);
    }
  }

  /** Behind the value of one more row, or `GAVE_UP`. */
  next(bytes: Buffer, at: number): number {
    const end = this.#scan.next(bytes, at);
    if (end !== GAVE_UP) this.rows += 1;
    return end;
  }

  /** Arrays that its rows were. */
  get containers(): number {
    return this.#depth === 0 ? 0 : this.rows * containers(this.#scan.sizes);
  }

  /** Undefined where the values do not fit. */
  tensor(): Tensor | undefined {
    const { dtype, shape } = this.spec;
    const scan = this.#scan;
    const sizes = [this.rows, ...scan.sizes];
    while (sizes.length < shape.length) sizes.push(1);
    if (!fits(sizes, shape)) return undefined;
    if (scan instanceof WordScan) return { dtype, shape: sizes, data: wordsOf(this.spec, scan) };
    const data = dataOf(this.spec, scan);
    scan.rest();
    return data && { dtype, shape: sizes, data };
  }
}
