import type { RequestError } from '../../../errors.js';
import { type HeadLimits, type RequestHead, readHead } from '../request-head.js';
import { canonicalLines } from './canonical-lines.js';
import { KnownHead } from './known-head.js';

/**
 * The most heads that are kept; then it starts over, since clients can make up as many as they
 * like.
 */
const MOST_HEADS = 512;
/** A field with a length, whatever it is, has no more. */
const LENGTH_FIELD_BYTES = 'content-length: 123456789012345'.length;
/** Longer ones are read each time. */
const LONGEST_BYTES = 2048;

/**
 * Heads that were read before: a client sends the same one again and again, or a few that differ in
 * the length of the body. Such a head need not be read again.
 */
export class HeadCache {
  readonly #limits: () => HeadLimits;
  /**
   * Counts changes of the limits: heads read under other limits are void, wherever they are kept.
   */
  generation = 0;
  readonly #byText = new Map<string, KnownHead>();

  constructor(limits: () => HeadLimits) {
    this.#limits = limits;
  }

  /** Limits have changed: the same head may be refused now, or not any more. */
  forget(): void {
    this.generation += 1;
    this.#byText.clear();
  }

  /** Whether it may be kept beside the cache, for the one connection that it came on. */
  isShort({ end }: KnownHead, start: number): boolean {
    return end - start <= LONGEST_BYTES;
  }

  /**
   * @param bytes of which `start` to `end` are a whole head of the canonical form
   * @returns undefined when something in it is for `node:http` to judge
   */
  read(bytes: Buffer, start: number, end: number): KnownHead | undefined {
    const text = bytes.toString('latin1', start, end);
    const known = this.#byText.get(text);
    if (known?.isAt(bytes, start)) return known;
    const lines = canonicalLines(text);
    if (lines === undefined) return undefined;
    const { method, target, rawHeaders } = lines;
    const head = this.#read(method, target, rawHeaders);
    const canonical = new KnownHead(text, method, head, this.#mayLengthVary);
    if (text.length <= LONGEST_BYTES) this.#keep(text, canonical);
    canonical.isAt(bytes, start);
    return canonical;
  }

  #read(method: string, target: string, rawHeaders: readonly string[]): RequestHead | RequestError {
    try {
      return readHead(method, target, rawHeaders, true, this.#limits());
    } catch (error) {
      return error as RequestError;
    }
  }

  get #mayLengthVary(): boolean {
    const { fieldBytes } = this.#limits();
    return fieldBytes === 0 || fieldBytes >= LENGTH_FIELD_BYTES;
  }

  #keep(text: string, head: KnownHead): void {
    if (this.#byText.size >= MOST_HEADS) this.#byText.clear();
    this.#byText.set(text, head);
  }
}
