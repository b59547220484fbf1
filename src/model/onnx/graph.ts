/**
 * What an ONNX file holds, as far as serving it asks: the nodes and how they are joined, what
 * goes in and comes out, and the heads of the weights, whose values stay in the file.
 */
import type { ByteSource } from './byte-source.js';
import { readTensorHead, type TensorHead } from './tensor-proto.js';
import { readType, type ValueType } from './value-type.js';
import {
  contentOf,
  type Field,
  fieldsOf,
  integerOf,
  type Range,
  textOf,
  WireError,
  wholeOf,
} from './wire.js';

export type GraphValue = {
  readonly name: string;
  readonly type: ValueType;
  readonly field: Field;
};

export type GraphNode = {
  readonly op: string;
  /** '' for the operators of ONNX itself. */
  readonly domain: string;
  /** '' is one that was left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Range>;
  readonly field: Field;
};

export type Initializer = TensorHead & { readonly field: Field };

export type Graph = {
  readonly field: Field;
  readonly nodes: readonly GraphNode[];
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  readonly initializers: ReadonlyMap<string, Initializer>;
};

export type OnnxModel = {
  readonly source: ByteSource;
  readonly irVersion: number;
  /** Version of each set of operators, by domain. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly graph: Graph;
};

/**
 * @throws WireError where the file is cut off, or no ONNX file
 */
export function readModel(source: ByteSource): OnnxModel {
  let irVersion = 0;
  const opsets = new Map<string, number>();
  const graphs: Field[] = [];
  for (const field of fieldsOf(source, wholeOf(source))) {
    if (field.number === 1 && field.type === 'varint') irVersion = Number(integerOf(source, field));
    else if (field.number === 8 && field.type === 'bytes') readOpset(source, field, opsets);
    else if (field.number === 7 && field.type === 'bytes') graphs.push(field);
  }
  const [graph, second] = graphs;
  if (graph === undefined) throw new WireError('it has no graph');
  // Legal for the wire, which would join them; nobody writes that.
  if (second !== undefined) throw new WireError('it has two graphs');
  return { source, irVersion, opsets, graph: readGraph(source, graph) };
}

/** The operators of ONNX itself have two names for their domain. */
function plainDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

function readOpset(source: ByteSource, opset: Field, opsets: Map<string, number>): void {
  let domain = '';
  let version = 0;
  for (const field of fieldsOf(source, contentOf(opset))) {
    if (field.number === 1) domain = textOf(source, field);
    else if (field.number === 2) version = Number(integerOf(source, field));
  }
  opsets.set(plainDomain(domain), version);
}

function readGraph(source: ByteSource, graph: Field): Graph {
  const nodes: GraphNode[] = [];
  const inputs: GraphValue[] = [];
  const outputs: GraphValue[] = [];
  const initializers = new Map<string, Initializer>();
  for (const field of fieldsOf(source, contentOf(graph))) {
    if (field.type !== 'bytes') continue;
    if (field.number === 1) nodes.push(readNode(source, field));
    else if (field.number === 11) inputs.push(readValue(source, field));
    else if (field.number === 12) outputs.push(readValue(source, field));
    else if (field.number === 5) {
      const head = readTensorHead(source, contentOf(field));
      initializers.set(head.name, { ...head, field });
    }
  }
  return { field: graph, nodes, inputs, outputs, initializers };
}

function readValue(source: ByteSource, value: Field): GraphValue {
  let name = '';
  let type: ValueType = { kind: 'undeclared' };
  for (const field of fieldsOf(source, contentOf(value))) {
    if (field.number === 1) name = textOf(source, field);
    else if (field.number === 2) type = readType(source, contentOf(field));
  }
  return { name, type, field: value };
}

/** Also of the nodes in a graph inside of a node. */
export function readNode(source: ByteSource, node: Field): GraphNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, Range>();
  let op = '';
  let domain = '';
  for (const field of fieldsOf(source, contentOf(node))) {
    if (field.number === 1) inputs.push(textOf(source, field));
    else if (field.number === 2) outputs.push(textOf(source, field));
    else if (field.number === 4) op = textOf(source, field);
    else if (field.number === 7) domain = textOf(source, field);
    else if (field.number === 5) attributes.set(attributeName(source, field), contentOf(field));
  }
  return { op, domain: plainDomain(domain), inputs, outputs, attributes, field: node };
}

/** Read no further than the name, which comes first: long lists may follow it. */
export function attributeName(source: ByteSource, attribute: Field): string {
  for (const field of fieldsOf(source, contentOf(attribute))) {
    if (field.number === 1) return textOf(source, field);
  }
  return '';
}
