/** A changed copy of an ONNX file: what is not changed is copied as it lies there. */
import type { OnnxModel } from './graph.js';
import { bytesField, bytesHead, contentOf, type Field, fieldsOf, integerField } from './wire.js';

export class GraphEdits {
  readonly #replaced = new Map<number, Buffer>();
  readonly #first: Buffer[] = [];
  readonly #last: Buffer[] = [];

  get isEmpty(): boolean {
    return this.#replaced.size === 0 && this.#first.length === 0 && this.#last.length === 0;
  }

  /** What stands in the place of a field of the graph; nothing removes it. */
  replace(field: Field, ...by: readonly Buffer[]): void {
    this.#replaced.set(field.start, Buffer.concat(by));
  }

  /** A node ahead of all others. */
  prepend(node: Buffer): void {
    this.#first.push(node);
  }

  /** A node behind all others. */
  append(node: Buffer): void {
    this.#last.push(node);
  }

  /** The whole file with these edits. */
  applyTo(model: OnnxModel): Buffer {
    const { source, graph } = model;
    const content = [...this.#first, ...this.#copied(model), ...this.#last];
    const length = content.reduce((sum, { length: more }) => sum + more, 0);
    return Buffer.concat([
      source.slice(0, graph.field.start),
      bytesHead(graph.field.number, length),
      ...content,
      source.slice(graph.field.end, source.length),
      ...missingOpset(model),
    ]);
  }

  #copied({ source, graph }: OnnxModel): Buffer[] {
    const parts: Buffer[] = [];
    let copied = graph.field.content;
    for (const { start, end } of fieldsOf(source, contentOf(graph.field))) {
      const replacement = this.#replaced.get(start);
      if (replacement === undefined) continue;
      parts.push(source.slice(copied, start), replacement);
      copied = end;
    }
    parts.push(source.slice(copied, graph.field.end));
    return parts;
  }
}

/** A model of nothing but trees may not import ONNX's own operators, which our nodes are of. */
function missingOpset({ opsets }: OnnxModel): Buffer[] {
  if (opsets.has('')) return [];
  return [bytesField(8, bytesField(1, ''), integerField(2, 13))];
}
