import type { TensorSpec } from '../../../model/tensor/signature.js';
import type { Tensor, Tensors } from '../../../model/tensor/tensor.js';
import type { ColumnScan } from '../../scan/column-scan.js';
import { MOST_CONTAINERS } from '../../scan/scanned-tensor.js';

/**
 * What columns of so many rows were read as: all inputs but those that may be left out, and are so in
 * every row. Undefined: they have to be read as JSON.
 */
export function columnTensors(
  specs: readonly TensorSpec[],
  columns: readonly ColumnScan[],
  rows: number,
): Tensors | undefined {
  const tensors: Record<string, Tensor> = {};
  let containers = rows;
  for (const spec of specs) {
    const column = columns.find((one) => one.spec === spec);
    if (column === undefined || column.rows === 0) {
      if (spec.isOptional === true) continue;
      return undefined;
    }
    const tensor = column.rows === rows ? column.tensor() : undefined;
    if (tensor === undefined) return undefined;
    containers += column.containers;
    tensors[spec.name] = tensor;
  }
  return containers > MOST_CONTAINERS ? undefined : tensors;
}
