/** LightGBM's text format: lines of `key=value`, the model's first and then those of each tree. */

/** The `key=value` lines of the model or of one tree; a key without a value has ''. */
export class Section {
  /** Such as `tree 3`; '' for the model's own. */
  readonly name: string;
  readonly #values: Map<string, string> = new Map();

  constructor(name: string) {
    this.name = name;
  }

  add(line: string): void {
    const at = line.indexOf('=');
    if (at < 0) this.#values.set(line, '');
    else this.#values.set(line.slice(0, at), line.slice(at + 1));
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  text(key: string): string {
    const value = this.#values.get(key);
    if (value !== undefined) return value;
    throw this.fault(`${key} is missing`);
  }

  /** A whole number in these bounds. */
  count(key: string, least: number, most: number): number {
    const text = this.text(key);
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (number >= least && number <= most) return number;
    const expected = `expected a whole number from ${least} to ${most}`;
    throw this.fault(`${key}: ${expected}, got ${JSON.stringify(text.slice(0, 40))}`);
  }

  /** `length` numbers, with spaces between them; any number of them without a length. */
  numbers(key: string, length?: number): Float64Array {
    const words = this.text(key)
      .split(' ')
      .filter((word) => word !== '');
    if (length !== undefined && words.length !== length) {
      throw this.fault(`${key}: expected ${length} numbers, got ${words.length}`);
    }
    const numbers = new Float64Array(words.length);
    words.forEach((word, index) => {
      const number = numberOf(word);
      if (number === undefined) {
        const got = JSON.stringify(word.slice(0, 40));
        throw this.fault(`${key}[${index}]: expected a number, got ${got}`);
      }
      numbers[index] = number;
    });
    return numbers;
  }

  fault(problem: string): Error {
    return new Error(this.name === '' ? problem : `${this.name}: ${problem}`);
  }
}

/** As C++ prints it: `inf` and `nan`, too. */
function numberOf(word: string): number | undefined {
  const number = Number(word);
  if (!Number.isNaN(number)) return number;
  const named = /^([+-]?)(inf|nan)/i.exec(word);
  if (named === null) return undefined;
  if (named[2]?.toLowerCase() === 'nan') return Number.NaN;
  return named[1] === '-' ? -Infinity : Infinity;
}

export type LightgbmText = { readonly model: Section; readonly trees: readonly Section[] };

/** Any of them follows the last tree. */
const AFTER_TREES = /^(end of trees|feature[_ ]importances:|parameters:)/;
const TREE = /^Tree=\d+$/;

/** @throws Error where it does not begin or end as such a file does */
export function parseLightgbm(text: string): LightgbmText {
  const [head, ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  if (head !== 'tree') {
    throw new Error('it is not a LightGBM model: expected its first line to be "tree"');
  }
  const model = new Section('');
  const trees: Section[] = [];
  let section = model;
  for (const line of lines) {
    if (AFTER_TREES.test(line)) return { model, trees: checkedTrees(model, trees) };
    if (TREE.test(line)) {
      section = new Section(`tree ${trees.length}`);
      trees.push(section);
    } else if (line !== '') section.add(line);
  }
  throw new Error('it ends before "end of trees": is it cut short?');
}

/** An early end of a file may look like the end of its trees. */
function checkedTrees(model: Section, trees: readonly Section[]): readonly Section[] {
  if (!model.has('tree_sizes')) return trees;
  const expected = model.numbers('tree_sizes').length;
  if (trees.length === expected) return trees;
  throw new Error(`expected ${expected} trees as tree_sizes says, got ${trees.length}`);
}
