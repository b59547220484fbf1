/** What runs a model; one file in `runtimes/` each. */
export const RUNTIMES = ['onnx', 'xgboost', 'lightgbm', 'tfjs', 'module', 'pipeline'] as const;

export type RuntimeName = (typeof RUNTIMES)[number];
