/**
 * Whether a model computes each row of its inputs by itself, so that the rows of several requests
 * can run as one. The graph is followed from its inputs on; an operator that is not known to keep
 * rows apart makes the answer no. So the answer may be no for a model that would do, but is never
 * yes for one that would mix requests.
 */
import { lengthOf } from '../../tensor/tensor.js';
import { tensorAttribute } from '../attribute.js';
import type { GraphNode, Initializer, OnnxModel } from '../graph.js';
import { readTensor, readTensorHead, type TensorHead } from '../tensor-proto.js';
import { contentOf, type Range } from '../wire.js';
import { LEARNER_RULES } from './learner-rules.js';
import { NETWORK_RULES } from './network-rules.js';
import { COMPUTING_RULES } from './rules.js';
import { SELECTION_RULES } from './selection-rules.js';
import { SHAPE_RULES } from './shape-rules.js';
import { RowStep } from './step.js';
import { CONSTANT, type Constant, rows, type Value } from './value.js';

/** As many axes as anybody has. */
const MOST_INTEGERS = 64;
const RULES = new Map(
  Object.entries({ ...COMPUTING_RULES, ...NETWORK_RULES, ...SELECTION_RULES, ...SHAPE_RULES }),
);
const LEARNERS = new Map(Object.entries(LEARNER_RULES));

export function isRowWise(model: OnnxModel): boolean {
  const values = new Map<string, Value>();
  for (const initializer of model.graph.initializers.values()) {
    values.set(initializer.name, constantOf(model, initializer));
  }
  for (const { name, type } of model.graph.inputs) {
    if (values.has(name)) continue;
    if (type.kind !== 'tensor' || type.shape === undefined) return false;
    const [first] = type.shape;
    // A fixed first dimension counts nothing; a scalar has none.
    if (type.shape.length === 0 || typeof first === 'number') return false;
    const sizes = type.shape.map((size) => (typeof size === 'number' ? size : undefined));
    values.set(name, rows(sizes, 0));
  }
  for (const node of model.graph.nodes) noteOutputs(model, node, values);
  return model.graph.outputs.every(({ name }) => {
    const value = values.get(name);
    return value?.kind === 'rows' && value.axis === 0;
  });
}

/** Nodes lie in the order they run in: what is not known when it is needed never will be. */
function noteOutputs(model: OnnxModel, node: GraphNode, values: Map<string, Value>): void {
  const outputs = outputsOf(model, node, values);
  node.outputs.forEach((name, index) => {
    const value = outputs?.[index];
    if (name !== '' && value !== undefined) values.set(name, value);
  });
}

function outputsOf(
  model: OnnxModel,
  node: GraphNode,
  values: ReadonlyMap<string, Value>,
): readonly Value[] | undefined {
  const step = new RowStep(model, node, values);
  if (node.op === 'Constant' && node.domain === '') return [constantNode(model, node)];
  const rule = { '': RULES, 'ai.onnx.ml': LEARNERS }[node.domain]?.get(node.op);
  const outputs = rule?.(step);
  if (outputs !== undefined) return outputs;
  // What is made of constants alone, without chance, is constant too.
  const isFixed = rule !== undefined && step.inputs()?.every(({ kind }) => kind === 'constant');
  return isFixed ? node.outputs.map(() => CONSTANT) : undefined;
}

/** A default that a request may replace has a known shape, but no known numbers. */
function constantOf(model: OnnxModel, { dims, field, name }: Initializer): Constant {
  const isInput = model.graph.inputs.some((input) => input.name === name);
  return isInput
    ? { kind: 'constant', shape: dims }
    : withIntegers(model, { dims }, contentOf(field));
}

function constantNode(model: OnnxModel, node: GraphNode): Constant {
  const { source } = model;
  const range = tensorAttribute(source, node, 'value');
  if (range !== undefined) return withIntegers(model, readTensorHead(source, range), range);
  const step = new RowStep(model, node, new Map());
  if (node.attributes.has('value_int')) {
    return { kind: 'constant', shape: [], integers: [step.integer('value_int', 0)] };
  }
  const integers = step.integers('value_ints');
  return integers === undefined
    ? CONSTANT
    : { kind: 'constant', shape: [integers.length], integers };
}

function withIntegers(
  { source }: OnnxModel,
  { dims }: Pick<TensorHead, 'dims'>,
  range: Range,
): Constant {
  if (!(lengthOf(dims) <= MOST_INTEGERS)) return { kind: 'constant', shape: dims };
  const tensor = readTensor(source, range, MOST_INTEGERS);
  if (tensor?.dtype !== 'int64' && tensor?.dtype !== 'int32')
    return { kind: 'constant', shape: dims };
  return { kind: 'constant', shape: dims, integers: Array.from(tensor.data, Number) };
}
