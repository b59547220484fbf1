/** What an ONNX file has in its graph and in the graphs inside of nodes: branches and loops. */
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

export type Contents = {
  /** The heads of all weights and constants. */
  readonly tensors: readonly TensorHead[];
  /** The names of all operators. */
  readonly operators: ReadonlySet<string>;
};

/** @throws WireError where the file is broken */
export function contentsOf({ source, graph }: OnnxModel): Contents {
  const search = new Search(source);
  search.takeGraph(graph.field, 0);
  return search;
}

class Search {
  readonly tensors: TensorHead[] = [];
  readonly operators = new Set<string>();
  readonly #source: ByteSource;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  takeGraph(graph: Field, depth: number): void {
    if (depth > DEEPEST) throw new WireError(`graphs are nested deeper than ${DEEPEST} levels`);
    for (const field of fieldsOf(this.#source, contentOf(graph))) {
      if (field.number === 1) this.#takeNode(readNode(this.#source, field), depth);
      else if (field.number === 5) this.#takeTensor(field);
      else if (field.number === 15) this.#takeSparseTensor(field);
    }
  }

  #takeNode({ op, attributes }: GraphNode, depth: number): void {
    this.operators.add(op);
    for (const attribute of attributes.values()) this.#takeAttribute(attribute, depth);
  }

  #takeAttribute(attribute: Range, depth: number): void {
    for (const field of fieldsOf(this.#source, attribute)) {
      if (LISTS.includes(field.number)) return;
      if (TENSORS.includes(field.number)) this.#takeTensor(field);
      else if (SPARSE_TENSORS.includes(field.number)) this.#takeSparseTensor(field);
      else if (GRAPHS.includes(field.number)) this.takeGraph(field, depth + 1);
    }
  }

  #takeTensor(tensor: Field): void {
    this.tensors.push(readTensorHead(this.#source, contentOf(tensor)));
  }

  /** Values and indexes are tensors of their own. */
  #takeSparseTensor(sparse: Field): void {
    for (const field of fieldsOf(this.#source, contentOf(sparse))) {
      if (field.number <= 2) this.#takeTensor(field);
    }
  }
}
