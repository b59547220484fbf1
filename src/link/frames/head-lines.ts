import { checkHeaderValue, type HeaderValue, headerKey } from './header-rules.js';

const CHUNKED = /(?:^|\W)chunked(?:$|\W)/i;

/** The headers of one reply as lines of a frame's head, and what they say of its body. */
export class HeadLines {
  /** Name, value, name, value, … each ended by a line feed. */
  text = '';
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
    this.text += `Content-Length\n${bytes}\n`;
    this.hasLength = true;
  }

  #addLine(name: string, key: string, value: string | number): void {
    checkHeaderValue(name, value);
    this.text += `${name}\n${value}\n`;
    if (key === 'content-length') {
      this.hasLength = true;
    } else if (key === 'transfer-encoding') {
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
