import type { ServedModel } from '../../../../src/model/description.js';

/** A model that is served, changed where a test wants it otherwise. */
export function servedModel(changes: Partial<ServedModel> = {}): ServedModel {
  return {
    name: 'digits',
    version: '3',
    runtime: 'onnx',
    isDefault: true,
    isLatest: true,
    labels: [],
    signature: {
      inputs: [{ name: 'x', dtype: 'float32', shape: [-1, 2] }],
      outputs: [
        { name: 'label', dtype: 'int64', shape: [-1], labels: ['no', 'yes'] },
        { name: 'p', dtype: 'float16', shape: [-1, 2] },
      ],
    },
    isRetryable: true,
    loadMs: 5,
    warmupMs: 1,
    state: 'READY',
    reason: '',
    ...changes,
  };
}
