import { expect, test } from 'vitest';
import type { Values } from '../../../../src/model/trees/block.js';
import type { Forest } from '../../../../src/model/trees/forest.js';
import { ForestBuilder, type ForestForm } from '../../../../src/model/trees/forest-builder.js';
import type { Missing } from '../../../../src/model/trees/threshold-ranks.js';
import type { TreeNode } from '../../../../src/model/trees/tree-node.js';
import { randomNumbers } from './fixture-models.js';

const FORM: ForestForm = {
  precision: 'float64',
  valuesPerLeaf: 1,
  isInclusive: false,
  leastCategory: -Number.MIN_VALUE,
};
const MISSING: readonly Missing[] = ['left', 'right', 'as-zero', 'zero-left', 'zero-right'];
const FEATURES = 6;

type Tree = readonly TreeNode[];

/** A tree of `splits` splits; thresholds are few, so that values hit them. */
function randomTree(random: (most: number) => number, splits: number, hasSets: boolean): Tree {
  const nodes: TreeNode[] = [];
  const leaf = (id: number): TreeNode => ({ kind: 'leaf', id, values: [random(1000) / 8] });
  nodes.push(leaf(0));
  for (let i = 0; i < splits; i++) {
    const leaves = nodes.flatMap((node, index) => (node.kind === 'leaf' ? [index] : []));
    const at = leaves[random(leaves.length)] ?? 0;
    const children = { left: nodes.length, right: nodes.length + 1 };
    const feature = random(FEATURES);
    nodes[at] =
      hasSets && random(3) === 0
        ? {
            kind: 'categories',
            feature,
            words: Uint32Array.of(random(2 ** 31)),
            setGoes: random(2) === 0 ? 'left' : 'right',
            missing: random(2) === 0 ? 'left' : 'right',
            ...children,
          }
        : {
            kind: 'split',
            feature,
            threshold: random(9) - 4,
            missing: MISSING[random(MISSING.length)] ?? 'left',
            ...children,
          };
    nodes.push(leaf(nodes.length), leaf(nodes.length + 1));
  }
  return nodes;
}

/** By the words of `TreeNode` alone. */
function leafOf(tree: Tree, row: Values, isInclusive: boolean): number {
  let at = 0;
  for (;;) {
    const node = tree[at];
    if (node === undefined || node.kind === 'leaf') return at;
    const value = row[node.feature] ?? Number.NaN;
    at = goesLeft(node, value, isInclusive) ? node.left : node.right;
  }
}

function goesLeft(
  node: Exclude<TreeNode, { kind: 'leaf' }>,
  value: number,
  isInclusive: boolean,
): boolean {
  if (node.kind === 'categories') {
    if (Number.isNaN(value)) return node.missing === 'left';
    const isIn =
      value >= 0 && value < 32 && (((node.words[0] ?? 0) >>> Math.trunc(value)) & 1) === 1;
    return isIn === (node.setGoes === 'left');
  }
  const isMissing = Number.isNaN(value) || (value === 0 && node.missing.startsWith('zero'));
  if (isMissing && node.missing !== 'as-zero') return node.missing.endsWith('left');
  const known = Number.isNaN(value) ? 0 : value;
  return isInclusive ? known <= node.threshold : known < node.threshold;
}

function randomRows(random: (most: number) => number, rows: number): Float64Array {
  return Float64Array.from({ length: rows * FEATURES }, () => {
    const kind = random(6);
    if (kind === 0) return Number.NaN;
    return kind === 1 ? random(40) - 4 + 0.5 : random(11) - 5;
  });
}

function build(trees: readonly Tree[], form: ForestForm): Forest {
  const builder = new ForestBuilder(form);
  for (const tree of trees) {
    builder.addTree(0, 0, (node) => tree[node] ?? { kind: 'leaf', id: -1, values: [0] });
  }
  return builder.build();
}

const ROWS = [1, 2, 3, 4, 5, 63, 64, 65, 131];

test.each([
  ['of numbers, below a threshold goes left', false, false],
  ['of numbers, at a threshold goes left', true, false],
  ['with categories', false, true],
])('random trees %s: any number of rows', (_name, isInclusive, hasSets) => {
  const random = randomNumbers(1);
  for (const splits of [0, 1, 2, 7, 60]) {
    const trees = Array.from({ length: 1 + random(6) }, () => randomTree(random, splits, hasSets));
    const forest = build(trees, { ...FORM, isInclusive });
    for (const rows of ROWS) {
      const values = randomRows(random, rows);
      const reached = Array.from({ length: rows }, (_, row) => {
        const own = values.subarray(row * FEATURES, (row + 1) * FEATURES);
        return trees.map((tree) => leafOf(tree, own, isInclusive));
      });
      expect(Array.from(forest.leaves(values, rows))).toEqual(reached.flat());
      const sums = new Float64Array(rows).fill(0.25);
      forest.addTo(sums, 1, values, rows);
      expect(Array.from(sums)).toEqual(
        reached.map((leaves) =>
          leaves.reduce((sum, leaf, index) => {
            const node = trees[index]?.[leaf];
            return sum + (node?.kind === 'leaf' ? (node.values[0] ?? 0) : 0);
          }, 0.25),
        ),
      );
    }
  }
});

test('more ranks than a block holds', () => {
  const features = 40_000;
  const builder = new ForestBuilder(FORM);
  for (let feature = 0; feature < features; feature += 2) {
    builder.addTree(0, 0, (node) =>
      node === 0
        ? { kind: 'split', feature, threshold: 0.5, missing: 'left', left: 1, right: 2 }
        : { kind: 'leaf', id: node, values: [node - 1] },
    );
  }
  const forest = builder.build();
  const rows = 7;
  const values = Float64Array.from({ length: rows * features }, (_, i) =>
    Math.floor(i / features) > i % 5 ? 1 : 0,
  );
  const sums = new Float64Array(rows);
  forest.addTo(sums, 1, values, rows);
  const even = (row: number): number =>
    Array.from(values.subarray(row * features, (row + 1) * features)).reduce(
      (sum, value, i) => sum + (i % 2 === 0 ? value : 0),
      0,
    );
  expect(Array.from(sums)).toEqual(Array.from(sums, (_, row) => even(row)));
});

test('sums are rounded to float32 at each step, in the order of the trees', () => {
  const values = [1e8, 1, 1, 1, -1e8];
  const builder = new ForestBuilder({ ...FORM, precision: 'float32' });
  for (const value of values) {
    builder.addTree(0, 0, () => ({ kind: 'leaf', id: 0, values: [value] }));
  }
  const sums = new Float32Array(1);
  builder.build().addTo(sums, 1, new Float32Array(1), 1);
  expect(sums[0]).toBe(0);
});

test('a tree of one leaf, and none at all', () => {
  const alone = build([[{ kind: 'leaf', id: 7, values: [2.5] }]], FORM);
  expect(Array.from(alone.leaves(new Float64Array(5), 5))).toEqual([7, 7, 7, 7, 7]);
  const none = build([], FORM);
  const sums = Float64Array.of(1, 2);
  none.addTo(sums, 1, new Float64Array(2), 2);
  expect(Array.from(sums)).toEqual([1, 2]);
});

test.each([
  ['itself', [0, 1]],
  ['its other child', [1, 1]],
])('a child that is %s is refused', (_name, [left = 0, right = 0]) => {
  const builder = new ForestBuilder(FORM);
  const split = { kind: 'split', feature: 0, threshold: 0, missing: 'left', left, right } as const;
  expect(() => builder.addTree(0, 0, () => split)).toThrow(
    `tree 0, node ${left === 0 ? 0 : 1}: is a child twice`,
  );
});

test('sets of categories that would fill the memory are refused', () => {
  const builder = new ForestBuilder(FORM);
  const words = new Uint32Array(2 ** 19);
  const set = { kind: 'categories', feature: 0, words, setGoes: 'left', missing: 'left' } as const;
  expect(() =>
    builder.addTree(0, 0, (node) => ({ ...set, left: 2 * node + 1, right: 2 * node + 2 })),
  ).toThrow('the sets of categories are too large: expected at most 2147483648 bits in all');
});
