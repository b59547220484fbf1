/** Numbers of rows, row by row. */
export type Values = Float32Array | Float64Array;

/** Rows that are evaluated together. */
export type Block = {
  readonly values: Values;
  /** Numbers of one row. */
  readonly features: number;
  readonly firstRow: number;
  readonly rows: number;
};
