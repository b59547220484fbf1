/** Attributes of a node, each read only when it is asked for. */
import type { ByteSource } from './byte-source.js';
import type { GraphNode } from './graph.js';
import { type Field, fieldsOf, integerOf, integersOf, type Range, textOf } from './wire.js';

export function integerAttribute(
  source: ByteSource,
  node: GraphNode,
  name: string,
): number | undefined {
  for (const field of attributeFields(source, node, name, 3))
    return Number(integerOf(source, field));
  return undefined;
}

export function integersAttribute(
  source: ByteSource,
  node: GraphNode,
  name: string,
): number[] | undefined {
  if (!node.attributes.has(name)) return undefined;
  const values: number[] = [];
  for (const field of attributeFields(source, node, name, 8)) {
    for (const value of integersOf(source, field)) values.push(Number(value));
  }
  return values;
}

export function textAttribute(
  source: ByteSource,
  node: GraphNode,
  name: string,
): string | undefined {
  for (const field of attributeFields(source, node, name, 4)) return textOf(source, field);
  return undefined;
}

export function textsAttribute(
  source: ByteSource,
  node: GraphNode,
  name: string,
): string[] | undefined {
  if (!node.attributes.has(name)) return undefined;
  return Array.from(attributeFields(source, node, name, 9), (field) => textOf(source, field));
}

/** The message of a tensor. */
export function tensorAttribute(
  source: ByteSource,
  node: GraphNode,
  name: string,
): Range | undefined {
  for (const { content, end } of attributeFields(source, node, name, 5)) {
    return { start: content, end };
  }
  return undefined;
}

/** The fields of an attribute with a number; a list that is not packed has many. */
function* attributeFields(
  source: ByteSource,
  node: GraphNode,
  name: string,
  number: number,
): Generator<Field> {
  const range = node.attributes.get(name);
  if (range === undefined) return;
  for (const field of fieldsOf(source, range)) if (field.number === number) yield field;
}
