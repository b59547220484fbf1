/**
 * What has to change in an ONNX file before ONNX Runtime for Node can serve it, which takes and
 * gives nothing but tensors of types that JavaScript has arrays for:
 *
 * - a ZipMap, scikit-learn's way to name columns, leaves its tensor; the names become labels
 * - a sequence made of known tensors leaves those, each an output of its own
 * - bfloat16 goes in and out as float32, which holds all its values
 * - an input with a default gets it from us: the runtime would never take another value for it
 */
import type { Dtype, Tensor } from '../tensor/tensor.js';
import { isZipMap, type Labels, labelsOfNode, labelsOfOutput } from './class-labels.js';
import { BFLOAT16, dtypeOf, elementTypeName, FLOAT32 } from './element-type.js';
import type { GraphNode, GraphValue, OnnxModel } from './graph.js';
import { GraphEdits } from './graph-edits.js';
import { castNode, identityNode, valueInfo } from './graph-parts.js';
import { readTensor } from './tensor-proto.js';
import type { ValueType } from './value-type.js';
import { contentOf } from './wire.js';

/** What clients see of an input or output of the session. */
export type Port = {
  readonly name: string;
  /** Where it is another than the session's. */
  readonly dtype?: Dtype;
  /** The file tells no shape: it may be any. */
  readonly hasAnyShape?: boolean;
  readonly byDefault?: Tensor;
  readonly labels?: Labels;
};

/** By the session's own names. */
export type Ports = ReadonlyMap<string, Port>;

export type Rewriting = {
  readonly edits: GraphEdits;
  readonly inputs: Ports;
  readonly outputs: Ports;
};

const NO_TENSORS: Readonly<Record<Exclude<ValueType['kind'], 'tensor'>, string>> = {
  map: 'a map',
  opaque: 'an opaque value',
  optional: 'an optional value',
  sequence: 'a sequence',
  'sparse tensor': 'a sparse tensor',
  undeclared: 'of no declared type',
};

/** More than these are weights that an exporter listed as inputs. */
const MOST_DEFAULTS = 16;
const MOST_DEFAULT_VALUES = 4096;
/** Before it, every weight had to be an input, and none could be set. */
const FIRST_IR_WITH_DEFAULTS = 4;

/** @throws Error naming the input or output that cannot be served, and what helps */
export function planRewriting(model: OnnxModel): Rewriting {
  const edits = new GraphEdits();
  const inputs = new Map<string, Port>();
  const outputs = new Map<string, Port>();
  const byDefault = defaultsOf(model, edits);
  for (const input of model.graph.inputs) {
    const tensor = byDefault.get(input.name);
    if (tensor === undefined && model.graph.initializers.has(input.name)) continue;
    addInput(input, tensor, edits, inputs);
  }
  const names = new Set<string>();
  for (const output of model.graph.outputs) {
    // Some exporters list one twice: a client sees it once.
    if (names.has(output.name)) edits.replace(output.field);
    else addOutput(model, output, edits, outputs);
    names.add(output.name);
  }
  if (outputs.size === 0) throw new Error('the model has no output');
  return { edits, inputs, outputs };
}

/** The inputs a request may leave out, with what they are then; no longer part of the file. */
function defaultsOf(model: OnnxModel, edits: GraphEdits): ReadonlyMap<string, Tensor> {
  const { source, irVersion, graph } = model;
  const defaults = new Map<string, Tensor>();
  if (irVersion < FIRST_IR_WITH_DEFAULTS) return defaults;
  for (const { name } of graph.inputs) {
    const initializer = graph.initializers.get(name);
    if (initializer === undefined) continue;
    const tensor = readTensor(source, contentOf(initializer.field), MOST_DEFAULT_VALUES);
    if (tensor !== undefined) defaults.set(name, tensor);
  }
  if (defaults.size > MOST_DEFAULTS) return new Map();
  for (const name of defaults.keys()) {
    const initializer = graph.initializers.get(name);
    if (initializer !== undefined) edits.replace(initializer.field);
  }
  return defaults;
}

function addInput(
  { name, type, field }: GraphValue,
  byDefault: Tensor | undefined,
  edits: GraphEdits,
  inputs: Map<string, Port>,
): void {
  if (name === '') throw new Error('an input has no name');
  const { elementType, shape } = checkedTensor(`input "${name}"`, type);
  const port: Port = {
    name,
    ...(shape === undefined ? { hasAnyShape: true } : {}),
    ...(byDefault === undefined ? {} : { byDefault }),
  };
  if (elementType !== BFLOAT16) {
    inputs.set(name, port);
    return;
  }
  const floats = `forkcast/input/${name}`;
  edits.replace(field, valueInfo(11, floats, FLOAT32, shape));
  edits.prepend(castNode(floats, name, BFLOAT16));
  inputs.set(floats, { ...port, dtype: 'bfloat16' });
}

function addOutput(
  model: OnnxModel,
  { name, type, field }: GraphValue,
  edits: GraphEdits,
  outputs: Map<string, Port>,
): void {
  const producer = model.graph.nodes.find((node) => node.outputs.includes(name));
  if (producer !== undefined && isZipMap(producer)) {
    const labels = labelsOfNode(model, producer);
    if (labels === undefined) throw new Error(`the ZipMap of output "${name}" has no class labels`);
    edits.replace(producer.field, identityNode(producer.inputs[0] ?? '', name));
    edits.replace(field, valueInfo(12, name, FLOAT32, [undefined, labels.length]));
    outputs.set(name, { name, labels });
    return;
  }
  if (producer?.op === 'SequenceConstruct' && type.kind === 'sequence') {
    addElements(model, producer, { name, field, of: type.of }, edits, outputs);
    return;
  }
  if (type.kind !== 'undeclared') checkedTensor(`output "${name}"`, type);
  const labels = labelsOfOutput(model, name);
  const port: Port = { name, ...(labels === undefined ? {} : { labels }) };
  if (type.kind !== 'tensor' || type.elementType !== BFLOAT16) {
    outputs.set(name, port);
    return;
  }
  const floats = `forkcast/output/${name}`;
  edits.replace(field, valueInfo(12, floats, FLOAT32, type.shape));
  edits.append(castNode(name, floats, FLOAT32));
  outputs.set(floats, { ...port, dtype: 'bfloat16' });
}

/** A classifier of several targets gives a sequence with the probabilities of each. */
function addElements(
  model: OnnxModel,
  producer: GraphNode,
  { name, field, of }: Pick<GraphValue, 'name' | 'field'> & { readonly of: ValueType },
  edits: GraphEdits,
  outputs: Map<string, Port>,
): void {
  const { elementType } = checkedTensor(`output "${name}", a sequence,`, of);
  if (elementType === BFLOAT16) throw refusal(`output "${name}"`, 'a sequence of bfloat16');
  const names = producer.inputs.map((_input, index) => `${name}_${index}`);
  const nodes = producer.inputs.map((input, index) => identityNode(input, names[index] ?? ''));
  edits.replace(producer.field, ...nodes);
  const labels = producer.inputs.map((input) => labelsOfOutput(model, input));
  const infos = names.map((each, index) => elementInfo(each, elementType, labels[index]));
  edits.replace(field, ...infos);
  names.forEach((each, index) => {
    const own = labels[index];
    outputs.set(each, { name: each, ...(own === undefined ? {} : { labels: own }) });
  });
}

/** The file has no shape for each of them; where there are labels, they are its columns. */
function elementInfo(name: string, elementType: number, labels: Labels | undefined): Buffer {
  const shape = labels === undefined ? undefined : [undefined, labels.length];
  return valueInfo(12, name, elementType, shape);
}

function checkedTensor(at: string, type: ValueType): ValueType & { kind: 'tensor' } {
  if (type.kind !== 'tensor') {
    throw refusal(at, NO_TENSORS[type.kind]);
  }
  if (dtypeOf(type.elementType) !== undefined) return type;
  throw new Error(
    `${at} is ${elementTypeName(type.elementType)}, which is not supported; export it as float32`,
  );
}

function refusal(at: string, what: string): Error {
  return new Error(`${at} is ${what}, and only tensors can be served; export the model without it`);
}
