/** Graph models: what `tensorflowjs_converter` makes of a SavedModel. */
import type { GraphModel } from '@tensorflow/tfjs-converter';
import type * as Core from '@tensorflow/tfjs-core';
import type { ModelPlan } from '../model-plan.js';
import type { TensorSpec } from '../tensor/signature.js';
import { optional } from './backend.js';
import type { Computation } from './computation.js';
import { isTfjsDtype, type OpenSpec, type TfjsDtype } from './tensors.js';

/** An entry of `signature` in model.json, as far as it is there. */
type Entry = {
  readonly name?: string;
  readonly dtype?: string | number;
  readonly tensorShape?: Shape | null;
  readonly resourceId?: number;
};
type Shape = {
  readonly unknownRank?: boolean;
  readonly dim?: readonly { readonly size?: string | number }[];
};
type Entries = Readonly<Record<string, Entry>>;
/** What a node of the graph says of itself. */
type NodeInfo = { readonly name: string; readonly shape?: number[]; readonly dtype?: unknown };
type Supplied = ModelPlan['inputs'];

/** What the types of TensorFlow are in TensorFlow.js, by name and by number. */
const TF_DTYPES: Readonly<Record<string, TfjsDtype>> = {
  DT_FLOAT: 'float32',
  1: 'float32',
  DT_HALF: 'float32',
  19: 'float32',
  DT_DOUBLE: 'float32',
  2: 'float32',
  DT_INT32: 'int32',
  3: 'int32',
  DT_UINT8: 'int32',
  4: 'int32',
  DT_INT8: 'int32',
  6: 'int32',
  DT_INT64: 'int32',
  9: 'int32',
  DT_STRING: 'string',
  7: 'string',
  DT_BOOL: 'bool',
  10: 'bool',
};

export async function loadGraph(
  artifacts: Core.io.ModelArtifacts,
  plan: ModelPlan,
): Promise<Computation> {
  const { loadGraphModel, registerOp } = await optional(() => import('@tensorflow/tfjs-converter'));
  // It would write to stdout, among the log lines.
  registerOp('Print', ({ inputs }) => inputs[0] as Core.Tensor);
  const model = await loadGraphModel({ load: async () => artifacts });
  const { inputs, outputs } = (artifacts.signature ?? {}) as {
    inputs?: Entries;
    outputs?: Entries;
  };
  const specs = {
    inputs: inputSpecs(model.inputs, inputs, plan.inputs),
    outputs: outputSpecs(model.outputs, outputs, plan.outputs),
  };
  return {
    ...specs,
    isRowWise: false,
    hasLoops: /"op":"(NextIteration|While|StatelessWhile)"/.test(
      JSON.stringify(artifacts.modelTopology),
    ),
    execute: executor(model, specs),
    dispose: () => model.dispose(),
  };
}

/** Loops, branches and operations whose output's size depends on values must be awaited. */
function executor(
  model: GraphModel,
  { inputs, outputs }: Pick<Computation, 'inputs' | 'outputs'>,
): Computation['execute'] {
  const names = outputs.map(({ name }) => name);
  let isAsync = false;
  return (tensors) => {
    const feeds = (): Core.NamedTensorMap =>
      Object.fromEntries(inputs.map(({ name }, index) => [name, tensors[index] as Core.Tensor]));
    if (!isAsync) {
      try {
        return [model.execute(feeds(), names)].flat();
      } catch (error) {
        if (!(error instanceof Error && error.message.includes('executeAsync()'))) throw error;
        isAsync = true;
      }
    }
    return model.executeAsync(feeds(), names).then((results) => [results].flat());
  };
}

function inputSpecs(
  nodes: readonly NodeInfo[],
  entries: Entries = {},
  supplied: Supplied,
): TensorSpec[] {
  const keys = Object.keys(entries);
  const named =
    keys.length > 0
      ? keys.filter((key) => !isResource(entries[key])).map((key) => [key, entries[key]] as const)
      : nodes.filter(({ dtype }) => dtype !== null).map(({ name }) => [name, { name }] as const);
  if (named.length === 0) throw new Error('the model has no inputs');
  return named.map(([key, entry]) => {
    const node = nodes.find(({ name }) => name === nodeName(entry?.name));
    const { dtype, shape } = { ...openSpec(key, entry, node), ...suppliedFor(key, supplied) };
    if (dtype !== undefined && shape !== undefined) return { name: key, dtype, shape };
    const what = dtype === undefined ? 'dtype' : 'shape';
    throw new Error(
      `input "${key}": model.json does not say its ${what}; supply it under "inputs" in forkcast.json`,
    );
  });
}

function outputSpecs(
  nodes: readonly NodeInfo[],
  entries: Entries = {},
  supplied: Supplied,
): OpenSpec[] {
  const keys = Object.keys(entries);
  // The nodes' own attributes are not what they give: of `Where` they say bool.
  const open =
    keys.length > 0
      ? keys.map((key) => openSpec(key, entries[key], undefined))
      : nodes.map(({ name }) => ({ name }));
  if (open.length === 0) throw new Error('the model has no outputs');
  return open.map((spec) => ({ ...spec, ...suppliedFor(spec.name, supplied) }));
}

function openSpec(name: string, entry: Entry | undefined, node: NodeInfo | undefined): OpenSpec {
  const dtype = isTfjsDtype(node?.dtype) ? node.dtype : TF_DTYPES[String(entry?.dtype)];
  const shape = mergedShape(node?.shape, sizesOf(entry?.tensorShape));
  return { name, ...(dtype === undefined ? {} : { dtype }), ...(shape ? { shape } : {}) };
}

/** The node's sizes are checked by TensorFlow.js; the signature may know more of them. */
function mergedShape(
  node: readonly number[] | undefined,
  said: readonly number[] | undefined,
): readonly number[] | undefined {
  if (node === undefined || node.length !== said?.length) return node ?? said;
  return node.map((size, axis) => (size === -1 ? (said[axis] ?? -1) : size));
}

function sizesOf(shape: Shape | null | undefined): readonly number[] | undefined {
  if (shape === undefined || shape === null || shape.unknownRank === true) return undefined;
  return (shape.dim ?? []).map(({ size }) => {
    const number = Number(size);
    return Number.isSafeInteger(number) && number >= 0 ? number : -1;
  });
}

function isResource(entry: Entry | undefined): boolean {
  return entry?.resourceId !== undefined || entry?.dtype === 'DT_RESOURCE';
}

/** `dense/BiasAdd:0` is an output of the node `dense/BiasAdd`. */
function nodeName(tensor: string | undefined): string {
  return String(tensor).split(':')[0] ?? '';
}

/** What the settings say of what the file calls `name`. */
function suppliedFor(name: string, supplied: Supplied = {}): Partial<OpenSpec> {
  const [, told] = Object.entries(supplied).find(([own, { from = own }]) => from === name) ?? [];
  const { dtype, shape } = told ?? {};
  return {
    ...(isTfjsDtype(dtype) ? { dtype } : {}),
    ...(shape === undefined ? {} : { shape }),
  };
}
