/** Class labels, as the classifiers of ONNX's machine-learning operators keep them. */
import { integersAttribute, textsAttribute } from './attribute.js';
import type { GraphNode, OnnxModel } from './graph.js';

export type Labels = readonly (string | number)[];

const ML = 'ai.onnx.ml';
/** Nodes that may stand between a classifier and its output, and leave the columns as they are. */
const COLUMNWISE: readonly string[] = ['Identity', 'Cast', 'Normalizer', 'Softmax', 'ZipMap'];
const LABEL_LISTS: readonly (readonly [string, 'integers' | 'texts'])[] = [
  ['classlabels_int64s', 'integers'],
  ['classlabels_ints', 'integers'],
  ['classlabels_strings', 'texts'],
];
const MOST_STEPS = 10;

/** What the columns of this output are called, where a classifier or a ZipMap says it. */
export function labelsOfOutput(model: OnnxModel, output: string): Labels | undefined {
  let name = output;
  for (let step = 0; step < MOST_STEPS; step++) {
    const node = model.graph.nodes.find(({ outputs }) => outputs.includes(name));
    if (node === undefined) return undefined;
    const isScores = node.domain === ML && node.outputs.indexOf(name) === 1;
    const labels = isScores || isZipMap(node) ? labelsOfNode(model, node) : undefined;
    if (labels !== undefined && scoresPairs(node, labels)) return undefined;
    if (labels !== undefined || !COLUMNWISE.includes(node.op)) return labels;
    name = node.inputs[0] ?? '';
  }
  return undefined;
}

/** Without probabilities, a support vector machine scores each pair of classes. */
function scoresPairs({ op, attributes }: GraphNode, { length }: Labels): boolean {
  const hasPairs = op === 'SVMClassifier' && attributes.has('vectors_per_class') && length > 2;
  return hasPairs && !attributes.has('prob_a');
}

export function isZipMap({ op, domain }: GraphNode): boolean {
  return op === 'ZipMap' && domain === ML;
}

export function labelsOfNode({ source }: OnnxModel, node: GraphNode): Labels | undefined {
  for (const [name, kind] of LABEL_LISTS) {
    const labels =
      kind === 'texts' ? textsAttribute(source, node, name) : integersAttribute(source, node, name);
    if (labels !== undefined && labels.length > 0) return labels;
  }
  return undefined;
}
