/**
 * StringNormalizer turns letters into capitals, or small ones, by the rules of a country, and
 * names the one of the USA where a model names none. Slim images have no country's rules; those
 * of plain Unicode, which they do have, say the same of all letters but a few Turkish ones.
 */
import type { ByteSource } from './byte-source.js';
import { attributeName, type GraphNode, type OnnxModel } from './graph.js';
import type { GraphEdits } from './graph-edits.js';
import { bytesField, contentOf, fieldsOf, integerField } from './wire.js';

const UNICODE_LOCALE = 'C.UTF-8';
const ATTRIBUTE = 'locale';
const TEXT_ATTRIBUTE = 3;

export function usePlainUnicode(model: OnnxModel, edits: GraphEdits): void {
  for (const node of model.graph.nodes) {
    if (node.op === 'StringNormalizer') edits.replace(node.field, renewed(model.source, node));
  }
}

function renewed(source: ByteSource, { field: node }: GraphNode): Buffer {
  const kept: Buffer[] = [];
  for (const field of fieldsOf(source, contentOf(node))) {
    const isLocale = field.number === 5 && attributeName(source, field) === ATTRIBUTE;
    if (!isLocale) kept.push(source.slice(field.start, field.end));
  }
  const locale = [
    bytesField(1, ATTRIBUTE),
    bytesField(4, UNICODE_LOCALE),
    integerField(20, TEXT_ATTRIBUTE),
  ];
  return bytesField(1, ...kept, bytesField(5, ...locale));
}
