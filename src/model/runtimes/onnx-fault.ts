/** What ONNX Runtime says when it refuses a model or a request, in words that help. */
import { messageOf, RequestError } from '../../errors.js';
import { firstLine, modelError } from '../model-error.js';

/** Names of ours, before the name that a client knows. */
const OWN_NAMES = /forkcast\/(?:input|output)\//g;
/** Where in its own source a check stands, with the whole head of the function. */
const SOURCE_PLACE =
  /\S+\.(?:h|cc|cpp):\d+ (?:\S+ )*?\S+\([^()]*\)(?:::<lambda\([^()]*\)>)?(?: const)? (?:\[with [^\]]*\] )?/g;
const SHORT_PLACE = /\S+\.(?:h|cc|cpp):\d+ (?:operator\(\)|\w+) /g;
const LOAD_PREFIX = /^(?:Load model (?:from .* )?failed: ?|Fatal error: )/;
const STATUS_PREFIX = /\[ONNXRuntimeError\] : \d+ : \w+ : /g;
const NODE_FAILED =
  /^Non-zero status code returned while running (\S+) node\. Name:'.*?' Status Message: /;
const NO_KERNEL = /^Could not find an implementation for (\w+)\((\d+)\)/;

/** What the runtime says of a request before it runs. */
const WRONG_INPUT =
  /^(?:(?:Got invalid dimensions|Invalid rank) for input|Unexpected input data type)/;
const NO_MEMORY = /Failed to allocate memory|bad_alloc/;
/** What kernels say, where it is plain that sizes or values of the request do not go together. */
const WRONG_REQUEST =
  /\b(?:rank|dim(?:ension)?s?|shape|scalar|ax[ie]s|indice|index|indices|bounds|range|size|split|broadcast|reshaped|mismatch|by zero)\b/i;

/** ONNX Runtime's reason for refusing a model. */
export function loadFault(error: unknown): Error {
  const message = plainMessage(error);
  const [, op, version] = NO_KERNEL.exec(message) ?? [];
  const reason =
    op === undefined
      ? message
      : `ONNX Runtime has no ${op} of version ${version} for the types it has here; export the model with a newer opset, or with other types such as float32`;
  return new Error(reason, { cause: error });
}

/** Whether a model works on texts by the rules of a country that this system does not have. */
export function isLocaleMissing(error: unknown): boolean {
  return error instanceof Error && error.message.includes('Failed to construct locale');
}

/**
 * INVALID_INPUT where the request is to blame, else MODEL_ERROR. A graph is the same for every
 * request, so when a kernel of a model that has computed before refuses something, it refuses
 * the sizes or values of this request; unless it just ran out of memory.
 */
export function runFault(modelName: string, error: unknown, hasComputed: boolean): RequestError {
  if (error instanceof RequestError) return error;
  const text = messageOf(error);
  const message = plainMessage(error);
  const isOfKernel = NODE_FAILED.test(text) && !NO_MEMORY.test(text);
  const isPlain = WRONG_REQUEST.test(message);
  if (WRONG_INPUT.test(text) || (isOfKernel && (hasComputed || isPlain))) {
    return new RequestError('INVALID_INPUT', firstLine(message), { cause: error });
  }
  return modelError(modelName, new Error(message, { cause: error }));
}

/** The message without what concerns only those who build the runtime. */
function plainMessage(error: unknown): string {
  const text = messageOf(error);
  return text
    .replace(/\s+/g, ' ')
    .replace(STATUS_PREFIX, '')
    .replace(LOAD_PREFIX, '')
    .replace(NODE_FAILED, 'in $1: ')
    .replace(SOURCE_PLACE, '')
    .replace(SHORT_PLACE, '')
    .replace(OWN_NAMES, '')
    .trim();
}
