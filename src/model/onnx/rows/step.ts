/** One node of a graph while it is looked at row by row. */
import {
  integerAttribute,
  integersAttribute,
  textAttribute,
  textsAttribute,
} from '../attribute.js';
import type { GraphNode, OnnxModel } from '../graph.js';
import { plainAxis, type Rows, type Value } from './value.js';

export class RowStep {
  readonly node: GraphNode;
  /** Version of the operators of its domain. */
  readonly version: number;
  readonly #model: OnnxModel;
  readonly #values: ReadonlyMap<string, Value>;

  constructor(model: OnnxModel, node: GraphNode, values: ReadonlyMap<string, Value>) {
    this.node = node;
    this.version = model.opsets.get(node.domain) ?? 0;
    this.#model = model;
    this.#values = values;
  }

  /** Whether the node has this input at all. */
  has(index: number): boolean {
    return (this.node.inputs[index] ?? '') !== '';
  }

  /** What is known of an input; undefined where it was left out, or is not row by row. */
  input(index: number): Value | undefined {
    return this.#values.get(this.node.inputs[index] ?? '');
  }

  /** All inputs that are there; undefined where one of them is not row by row. */
  inputs(): Value[] | undefined {
    const values: Value[] = [];
    for (const name of this.node.inputs) {
      if (name === '') continue;
      const value = this.#values.get(name);
      if (value === undefined) return undefined;
      values.push(value);
    }
    return values;
  }

  /** The input, where it has rows. */
  rows(index: number): Rows | undefined {
    const value = this.input(index);
    return value?.kind === 'rows' ? value : undefined;
  }

  /** Whether all inputs from this one on are constants, or left out. */
  areConstant(from: number): boolean {
    return this.node.inputs
      .slice(from)
      .every((name) => name === '' || this.#values.get(name)?.kind === 'constant');
  }

  /** The numbers of a constant input. */
  integersOf(index: number): readonly number[] | undefined {
    const value = this.input(index);
    return value?.kind === 'constant' ? value.integers : undefined;
  }

  integer(attribute: string, standard: number): number {
    return integerAttribute(this.#model.source, this.node, attribute) ?? standard;
  }

  integers(attribute: string): readonly number[] | undefined {
    return integersAttribute(this.#model.source, this.node, attribute);
  }

  text(attribute: string, standard: string): string {
    return textAttribute(this.#model.source, this.node, attribute) ?? standard;
  }

  texts(attribute: string): readonly string[] | undefined {
    return textsAttribute(this.#model.source, this.node, attribute);
  }

  /** The attribute `axis` as an index into the shape. */
  axis(rank: number, standard: number): number | undefined {
    return plainAxis(this.integer('axis', standard), rank);
  }

  /** Axes of an attribute or, in newer versions, of an input; plain, undefined if unknown. */
  axes(rank: number, index: number): readonly number[] | undefined {
    const listed = this.has(index) ? this.integersOf(index) : this.integers('axes');
    if (listed === undefined) return undefined;
    const plain = listed.map((axis) => plainAxis(axis, rank));
    return plain.every((axis) => axis !== undefined) ? plain : undefined;
  }
}

/** What the outputs of a node are; undefined where they are not row by row, or nobody knows. */
export type RowRule = (step: RowStep) => readonly Value[] | undefined;
