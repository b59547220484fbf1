import type { HeadNumbers } from './head-numbers.js';

/**
 * The part of a request's head that many requests share: all but its id and the
 * length of its body. Never changes, so whoever sees the same head again may send
 * the same object, and then nothing is put together or looked up.
 */
export class RequestLines {
  readonly method: string;
  readonly url: string;
  /** Flat list of names and values, without `x-request-id` and `content-length`. */
  readonly headers: readonly string[];
  #text: string | undefined = undefined;
  #number = 0;
  #generation = -1;

  /** All must be latin1 without line feeds, as Node's HTTP parser gives them. */
  constructor(method: string, url: string, headers: readonly string[]) {
    this.method = method;
    this.url = url;
    this.headers = headers;
  }

  /** As it crosses a link. */
  get text(): string {
    if (this.#text === undefined) {
      const start = `${this.method}\n${this.url}`;
      this.#text = this.headers.length === 0 ? start : `${start}\n${this.headers.join('\n')}`;
    }
    return this.#text;
  }

  /** 0: it has none. */
  numberIn(numbers: HeadNumbers): number {
    if (this.#number === 0 || this.#generation !== numbers.generation) {
      this.#number = numbers.of(this.text);
      this.#generation = numbers.generation;
    }
    return this.#number;
  }
}
