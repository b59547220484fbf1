/** Every tensor with values that an ONNX file has, wherever it may lie in it. */
import type { ByteSource } from './byte-source.js';
import { type GraphNode, type OnnxModel, readNode } from './graph.js';
import { readTensorHead, type TensorHead } from './tensor-proto.js';
import { contentOf, type Field, fieldsOf, type Range, WireError } from './wire.js';

/** Loops within branches within loops: nobody nests them deeper, and a stack has an end. */
const DEEPEST = 50;

const TENSORS: readonly number[] = [5, 10];
const SPARSE_TENSORS: readonly number[] = [22, 23];
const GRAPHS: readonly number[] = [6, 11];
/** A list of numbers or texts may be very long; where one is, there is nothing else. */
const LISTS: readonly number[] = [7, 8, 9];

/**
 * The heads of the graph's weights, and of the constants in nodes and in the graphs inside them.
 *
 * @throws WireError where the file is broken
 */
export function storedTensors({ source, graph }: OnnxModel): Generator<TensorHead> {
  return tensorsOfGraph(source, graph.field, 0);
}

function* tensorsOfNode(source: ByteSource, node: GraphNode, depth: number): Generator<TensorHead> {
  for (const attribute of node.attributes.values()) {
    yield* tensorsOfAttribute(source, attribute, depth);
  }
}

function* tensorsOfAttribute(
  source: ByteSource,
  attribute: Range,
  depth: number,
): Generator<TensorHead> {
  for (const field of fieldsOf(source, attribute)) {
    if (LISTS.includes(field.number)) return;
    if (TENSORS.includes(field.number)) yield readTensorHead(source, contentOf(field));
    else if (SPARSE_TENSORS.includes(field.number)) yield* tensorsOfSparse(source, field);
    else if (GRAPHS.includes(field.number)) yield* tensorsOfGraph(source, field, depth + 1);
  }
}

function* tensorsOfGraph(source: ByteSource, graph: Field, depth: number): Generator<TensorHead> {
  if (depth > DEEPEST) throw new WireError(`graphs are nested deeper than ${DEEPEST} levels`);
  for (const field of fieldsOf(source, contentOf(graph))) {
    if (field.number === 1) yield* tensorsOfNode(source, readNode(source, field), depth);
    else if (field.number === 5) yield readTensorHead(source, contentOf(field));
    else if (field.number === 15) yield* tensorsOfSparse(source, field);
  }
}

/** Values and indexes are tensors of their own. */
function* tensorsOfSparse(source: ByteSource, sparse: Field): Generator<TensorHead> {
  for (const field of fieldsOf(source, contentOf(sparse))) {
    if (field.number <= 2) yield readTensorHead(source, contentOf(field));
  }
}
