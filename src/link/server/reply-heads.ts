import { HeadNumbers, ToldHeads } from '../frames/head-numbers.js';
import { labelLines, NO_FACTS, type ReplyFacts } from '../frames/reply-facts.js';

/** The heads of a worker's replies, as its link numbers them; most are the same as the one before. */
export class ReplyHeads {
  /** Of the reply that `find` was last asked for; 0: it has none. */
  number = 0;
  /** What must go with it: '' where the master knows the number. */
  told = '';
  readonly #numbers: HeadNumbers = new HeadNumbers();
  readonly #toldHeads: ToldHeads = new ToldHeads();
  #lines = '';
  #facts: ReplyFacts = NO_FACTS;
  #text: string = labelLines(NO_FACTS);
  #generation = -1;

  /** @param lines headers, as a frame carries them */
  find(lines: string, facts: ReplyFacts): void {
    if (lines !== this.#lines || !haveSameLabels(facts, this.#facts)) {
      this.#lines = lines;
      this.#facts = facts;
      this.#text = lines + labelLines(facts);
      this.#generation = -1;
    }
    if (this.number === 0 || this.#generation !== this.#numbers.generation) {
      this.number = this.#numbers.of(this.#text);
      this.#generation = this.#numbers.generation;
    }
    this.told = this.#toldHeads.tell(this.number, this.#generation) ? '' : this.#text;
  }
}

function haveSameLabels(one: ReplyFacts, other: ReplyFacts): boolean {
  return (
    one.route === other.route &&
    one.model === other.model &&
    one.version === other.version &&
    one.code === other.code
  );
}
