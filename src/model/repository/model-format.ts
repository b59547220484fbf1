/** Which runtime a model file is for: by its name, and by its content where the name is shared. */
import { closeSync, openSync, readSync } from 'node:fs';
import { basename, extname } from 'node:path';
import type { RuntimeName } from '../runtime-name.js';
import { type JsonHead, readJsonHead } from './json-head.js';

export type Format =
  | { readonly runtime: RuntimeName }
  /** Why it is not a model file; follows the path and a colon. */
  | { readonly fault: string };

/** Runtimes that take files with this ending; which of them, the content says. */
const ENDINGS: Readonly<Record<string, readonly RuntimeName[]>> = {
  '.onnx': ['onnx'],
  '.json': ['xgboost', 'tfjs'],
  '.ubj': ['xgboost'],
  '.txt': ['lightgbm'],
  '.lgb': ['lightgbm'],
  '.mjs': ['module'],
  '.js': ['module'],
  '.cjs': ['module'],
  '.ts': ['module'],
  '.mts': ['module'],
  '.cts': ['module'],
};

/** What a model file is called in its folder. */
export const MODEL_FILES: readonly string[] = Object.keys(ENDINGS).map(
  (ending) => `model${ending}`,
);

const EXPECTED_FILE =
  'expected an ONNX model (.onnx), XGBoost (.json, .ubj), LightGBM (.txt), TensorFlow.js (.json) or a module (.js, .mjs, .ts)';

export const EXPECTED_IN_FOLDER =
  'expected a model file: model.onnx, model.json, model.ubj, model.txt, model.js or model.mjs';

/** Endings of what other tools save, and how it becomes something that can be served. */
const FOREIGN: Readonly<Record<string, string>> = {
  '.pkl': 'a Python pickle cannot be served; convert a scikit-learn model to ONNX with skl2onnx',
  '.pickle': 'a Python pickle cannot be served; convert a scikit-learn model to ONNX with skl2onnx',
  '.joblib': 'a Python pickle cannot be served; convert a scikit-learn model to ONNX with skl2onnx',
  '.pt': 'a PyTorch file cannot be served; export it with torch.onnx.export',
  '.pth': 'a PyTorch file cannot be served; export it with torch.onnx.export',
  '.h5': 'a Keras file cannot be served; convert it with tensorflowjs_converter or tf2onnx',
  '.keras': 'a Keras file cannot be served; convert it with tensorflowjs_converter or tf2onnx',
  '.pb':
    'a TensorFlow SavedModel cannot be served; convert it with tensorflowjs_converter or tf2onnx',
  '.bst': 'expected an XGBoost model that was saved as .json or .ubj, or a LightGBM model as .txt',
  '.safetensors': 'weights alone cannot be served; export the whole model to ONNX',
};

/** What to do with a file that another tool has saved; undefined where it is none we know of. */
export function foreignHint(file: string): string | undefined {
  return FOREIGN[extname(file).toLowerCase()];
}

/** Whether the name alone allows this runtime. */
export function mayRun(runtime: RuntimeName, file: string): boolean {
  return ENDINGS[extname(file)]?.includes(runtime) === true;
}

/** Node 22.18 and 24 strip types by themselves and say so here. */
export function canRunTypeScript(): boolean {
  return 'typescript' in process.features && Boolean(process.features.typescript);
}

export function isTypeScript(file: string): boolean {
  return /\.[cm]?ts$/.test(file);
}

/**
 * @param file a regular file
 * @throws what reading a file throws
 */
export function formatOf(file: string): Format {
  if (isTypeScript(file) && !canRunTypeScript()) return { fault: typeScriptFault(file) };
  const ending = extname(file);
  const [runtime, another] = ENDINGS[ending] ?? [];
  if (runtime === undefined)
    return { fault: foreignHint(file) ?? `not a model file; ${EXPECTED_FILE}` };
  if (another !== undefined) return jsonFormat(file);
  return ending === '.txt' ? textFormat(file) : { runtime };
}

const JSON_RUNTIMES: ReadonlyMap<string, RuntimeName> = new Map([
  ['learner', 'xgboost'],
  ['modelTopology', 'tfjs'],
  ['weightsManifest', 'tfjs'],
]);
/** Keys of what looks like a model and is none. */
const JSON_STRANGERS: ReadonlyMap<string, string> = new Map([
  [
    'tree_info',
    'is what LightGBM dumps, which cannot be loaded; save it with save_model() as model.txt',
  ],
  [
    'keras_version',
    'is a Keras architecture without its weights; convert the whole model with tensorflowjs_converter',
  ],
]);

function jsonFormat(file: string): Format {
  const head = readJsonHead(file, [...JSON_RUNTIMES.keys(), ...JSON_STRANGERS.keys()]);
  const last = head.kind === 'object' ? (head.keys.at(-1) ?? '') : '';
  const runtime = JSON_RUNTIMES.get(last);
  if (runtime !== undefined) return { runtime };
  return { fault: JSON_STRANGERS.get(last) ?? strangeJson(head) };
}

function strangeJson(head: JsonHead): string {
  const expected =
    'expected an XGBoost model ({"learner": …}) or a TensorFlow.js model ({"modelTopology": …})';
  switch (head.kind) {
    case 'empty':
      return `is empty; ${expected}`;
    case 'array':
      return 'is a list, as XGBoost dumps one, which cannot be loaded; save the model with save_model()';
    case 'no JSON':
      return `is not JSON; ${expected}`;
    case 'object': {
      const keys = head.keys.slice(0, 8).map((key) => JSON.stringify(key));
      const got =
        keys.length === 0 ? 'an object without keys' : `an object with ${keys.join(', ')}`;
      return `is neither; ${expected}, got ${got}`;
    }
  }
}

/** Any note can be called model.txt; LightGBM's begins with this line. */
const LIGHTGBM_HEAD = /^\uFEFF?tree\r?\n/;

function textFormat(file: string): Format {
  const head = Buffer.alloc(16);
  const opened = openSync(file, 'r');
  try {
    const length = readSync(opened, head);
    if (LIGHTGBM_HEAD.test(head.toString('utf8', 0, length))) return { runtime: 'lightgbm' };
  } finally {
    closeSync(opened);
  }
  return { fault: 'is not a LightGBM model; expected its first line to be "tree"' };
}

function typeScriptFault(file: string): string {
  const compiled = basename(file).replace(/ts$/, 'js');
  return `this Node (${process.version}) cannot run TypeScript; compile it to ${compiled} beside it, or use Node 22.18 or newer`;
}
