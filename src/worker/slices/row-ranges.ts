/** Rows of a request: `rows` of them from row `from` on. */
export type RowRange = { readonly from: number; readonly rows: number };

/** The rows that nobody has yet. */
export class RowsLeft {
  #next: number;
  readonly #end: number;
  /** Given out, and come back. */
  readonly #back: RowRange[] = [];

  constructor(from: number, end: number) {
    this.#next = from;
    this.#end = end;
  }

  get count(): number {
    return this.#back.reduce((sum, { rows }) => sum + rows, this.#end - this.#next);
  }

  /** At most so many; undefined when none are left. */
  take(most: number): RowRange | undefined {
    const last = this.#back.pop();
    if (last !== undefined) {
      if (last.rows <= most) return last;
      this.#back.push({ from: last.from + most, rows: last.rows - most });
      return { from: last.from, rows: most };
    }
    const rows = Math.min(most, this.#end - this.#next);
    if (rows === 0) return undefined;
    const from = this.#next;
    this.#next += rows;
    return { from, rows };
  }

  putBack(range: RowRange): void {
    this.#back.push(range);
  }
}
