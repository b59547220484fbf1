/**
 * Rows of several outputs as JSON text, where they are many. What a number costs that is told one by
 * one is its text, which V8 looks up among those of the last few thousand; of more it finds none,
 * and then `JSON.stringify`, which does not look, takes a third. It writes a block of rows of one
 * output, and each row is cut out of that.
 */
import type { Tensor } from '../../model/tensor/tensor.js';
import { areFloats, BLOCK_VALUES, rowBlock } from './number-blocks.js';

/** Of fewer, the texts are found. */
const LEAST_VALUES = 4096;

/** The rows of one output, asked for from the first to the last. */
export class RowBlocks {
  readonly #data: Float32Array | Float64Array;
  readonly #rows: number;
  readonly #width: number;
  readonly #block: number[][];
  #text = '';
  /** Where the next row begins in the text, and how many rows are written in it or before. */
  #at = 0;
  #written = 0;
  #told = 0;

  private constructor(data: Float32Array | Float64Array, rows: number, width: number) {
    this.#data = data;
    this.#rows = rows;
    this.#width = width;
    this.#block = rowBlock(rows, width);
  }

  /** Undefined: its rows are better written one by one. */
  static for({ shape, data }: Tensor): RowBlocks | undefined {
    const [rows = 0, width = 0] = shape;
    if (shape.length !== 2 || rows * width < LEAST_VALUES) return undefined;
    return width < BLOCK_VALUES && areFloats(data) ? new RowBlocks(data, rows, width) : undefined;
  }

  next(): string {
    if (this.#told === this.#written) this.#write();
    this.#told += 1;
    const start = this.#at;
    const end = this.#text.indexOf(']', start) + 1;
    this.#at = end + 1;
    return this.#text.slice(start, end);
  }

  #write(): void {
    const block = this.#block;
    const rest = this.#rows - this.#written;
    if (rest < block.length) block.length = rest;
    let from = this.#written * this.#width;
    for (const row of block) {
      for (let i = 0; i < row.length; i += 1) row[i] = this.#data[from++] as number;
    }
    this.#text = JSON.stringify(block);
    this.#at = 1;
    this.#written += block.length;
  }
}
