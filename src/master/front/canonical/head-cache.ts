import type { RequestError } from '../../../errors.js';
import { type HeadLimits, type RequestHead, readHead } from '../request-head.js';
import { canonicalLines } from './head-lines.js';

/** So many heads are kept; then all begins anew, for clients can invent some. */
const MOST_HEADS = 512;
/** Longer ones are read each time. */
const LONGEST_BYTES = 2048;

/** A canonical head that has been read, the refusal included that it earns. */
export type CanonicalHead = {
  readonly bytes: Buffer;
  readonly method: string;
  readonly head: RequestHead | RequestError;
};

/**
 * Heads that were read before: a client sends the same one again and again, or
 * one of a few that differ in the length of the body. Then it needs not be read.
 */
export class HeadCache {
  readonly #limits: () => HeadLimits;
  readonly #byText = new Map<string, CanonicalHead>();

  constructor(limits: () => HeadLimits) {
    this.#limits = limits;
  }

  /** Limits have changed: the same head may be refused now, or not any more. */
  forget(): void {
    this.#byText.clear();
  }

  /**
   * @param bytes of which `start` to `end` are a whole head of the canonical form
   * @returns undefined when something in it is for `node:http` to judge
   */
  read(bytes: Buffer, start: number, end: number): CanonicalHead | undefined {
    const text = bytes.toString('latin1', start, end);
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const lines = canonicalLines(text);
    if (lines === undefined) return undefined;
    const { method, target, rawHeaders } = lines;
    const head = this.#read(method, target, rawHeaders);
    const canonical = { bytes: Buffer.from(bytes.subarray(start, end)), method, head };
    if (text.length <= LONGEST_BYTES) this.#keep(text, canonical);
    return canonical;
  }

  #read(method: string, target: string, rawHeaders: readonly string[]): CanonicalHead['head'] {
    try {
      return readHead(method, target, rawHeaders, true, this.#limits());
    } catch (error) {
      return error as RequestError;
    }
  }

  #keep(text: string, head: CanonicalHead): void {
    if (this.#byText.size >= MOST_HEADS) this.#byText.clear();
    this.#byText.set(text, head);
  }
}
