import { LENGTH_HERE, NO_LENGTH } from './frame.js';
import { checkHeaderValue, type HeaderValue, headerKey } from './header-rules.js';

/** A length as it is stated, that a frame can carry as a number. */
const PLAIN_LENGTH = /^(?:0|[1-9][0-9]{0,8})$/;
const CHUNKED = /(?:^|\W)chunked(?:$|\W)/i;

/** The headers of one reply as lines of a frame's head, and what they say of its body. */
export class HeadLines {
  /** Name, value, name, value, … each ended by a line feed; `LENGTH_HERE` stands for the length of the body. */
  text = '';
  contentLength: number = NO_LENGTH;
  hasLength = false;
  hasEncoding = false;
  isChunked = false;
  hasTrailer = false;

  /** Adds all of `headers`: an object, a flat array, or an array of pairs. */
  addAll(headers: object): void {
    if (Array.isArray(headers)) {
      for (const [name, value] of pairs(headers)) this.add(name, value);
      return;
    }
    const values = headers as Record<string, HeaderValue>;
    for (const name of Object.keys(values)) this.add(name, values[name] as HeaderValue);
  }

  add(name: string, value: HeaderValue): void {
    const key = headerKey(name);
    if (!Array.isArray(value)) {
      this.#addLine(name, key, value as string | number);
    } else if (key === 'cookie' && value.length > 1) {
      this.#addLine(name, key, value.join('; '));
    } else {
      for (const each of value) this.#addLine(name, key, each);
    }
  }

  addLength(bytes: number): void {
    this.#addLine('Content-Length', 'content-length', bytes);
  }

  #addLine(name: string, key: string, value: string | number): void {
    checkHeaderValue(name, value);
    if (key === 'content-length') {
      const isFirst = !this.hasLength;
      this.hasLength = true;
      if (isFirst && PLAIN_LENGTH.test(value as string)) {
        this.contentLength = Number(value);
        this.text += `${name}\n${LENGTH_HERE}\n`;
        return;
      }
    }
    this.text += `${name}\n${value}\n`;
    if (key === 'transfer-encoding') {
      this.hasEncoding = true;
      if (CHUNKED.test(String(value))) this.isChunked = true;
    } else if (key === 'trailer') {
      this.hasTrailer = true;
    }
  }
}

/** The (name, value) pairs of the array forms that `writeHead` takes. */
export function* pairs(headers: readonly unknown[]): Generator<[string, HeaderValue]> {
  if (Array.isArray(headers[0])) {
    yield* headers as [string, HeaderValue][];
    return;
  }
  if (headers.length % 2 !== 0) {
    throw new TypeError("The argument 'headers' is invalid: a name without a value");
  }
  for (let index = 0; index < headers.length; index += 2) {
    yield [headers[index] as string, headers[index + 1] as HeaderValue];
  }
}
