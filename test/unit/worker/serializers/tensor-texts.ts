import type { Tensor } from '../../../../src/model/tensor/tensor.js';
import { TensorSerializer } from '../../../../src/worker/serializers/tensor-serializer.js';
import type { NonFinite } from '../../../../src/worker/serializers/values-to-json.js';

export function tensorToJson(tensor: Tensor, nonFinite: NonFinite = 'null'): string {
  return new TensorSerializer(tensor, nonFinite).whole(tensor);
}

export function rowToJson(tensor: Tensor, row: number): string {
  return new TensorSerializer(tensor).row(tensor, row);
}

export function flatToJson(tensor: Tensor, nonFinite: NonFinite): string {
  return new TensorSerializer(tensor, nonFinite).flat(tensor);
}
