import type { RequestError } from '../../../errors.js';
import type { RequestHead } from '../request-head.js';

const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const CR = 0x0d;
/** As many as a number can hold exactly. */
const MOST_DIGITS = 15;
const LENGTH_LINE = /\r\ncontent-length: ([0-9]+)\r\n/i;

/**
 * A canonical head that has been read, or the refusal that it earns. The next head is compared with
 * it byte by byte, and need not be read again when only the length of the body differs, as with
 * most heads of one client.
 */
export class KnownHead {
  readonly method: string;
  readonly head: RequestHead | RequestError;
  /** Set by `isAt`: where the head ends, and the length of its body. */
  end = 0;
  bodyBytes = 0;
  readonly #bytes: Buffer;
  /**
   * The digits of the content length lie between these two; both are at the end where there are
   * none.
   */
  readonly #digitsAt: number;
  readonly #digitsEnd: number;

  /** @param mayVary no limit depends on how many digits the length has */
  constructor(text: string, method: string, head: RequestHead | RequestError, mayVary: boolean) {
    this.method = method;
    this.head = head;
    // Not from the pool: a head that is kept would keep everything beside it.
    this.#bytes = Buffer.allocUnsafeSlow(text.length);
    this.#bytes.write(text, 'latin1');
    const line = mayVary ? LENGTH_LINE.exec(text) : null;
    const digits = line?.[1] ?? '';
    this.#digitsEnd = line === null ? text.length : line.index + line[0].length - '\r\n'.length;
    this.#digitsAt = this.#digitsEnd - digits.length;
    this.end = text.length;
    if ('declaredBytes' in head) this.bodyBytes = head.declaredBytes ?? 0;
  }

  /** Whether such a head begins there; then `end` and `bodyBytes` are what it says. */
  isAt(bytes: Buffer, start: number): boolean {
    const known = this.#bytes;
    const digitsAt = this.#digitsAt;
    if (bytes.length - start < digitsAt) return false;
    for (let i = 0; i < digitsAt; i += 1) if (bytes[start + i] !== known[i]) return false;
    const digitsEnd = this.#digitsEnd;
    const restAt =
      digitsAt === digitsEnd ? start + digitsAt : this.#lengthAt(bytes, start + digitsAt);
    if (restAt < 0) return false;
    const shift = restAt - digitsEnd;
    const end = known.length + shift;
    if (bytes.length < end) return false;
    for (let i = digitsEnd; i < known.length; i += 1)
      if (bytes[shift + i] !== known[i]) return false;
    this.end = end;
    return true;
  }

  /** Reads a length as it must be written. @returns where it ends; -1 when it is none, or may be cut off */
  #lengthAt(bytes: Buffer, start: number): number {
    const most = Math.min(bytes.length, start + MOST_DIGITS + 1);
    let length = 0;
    let at = start;
    for (; at < most; at += 1) {
      const byte = bytes[at] as number;
      if (byte < DIGIT_0 || byte > DIGIT_9) break;
      length = length * 10 + byte - DIGIT_0;
    }
    const digits = at - start;
    const isPlain =
      digits > 0 && digits <= MOST_DIGITS && (bytes[start] !== DIGIT_0 || digits === 1);
    if (!isPlain || bytes[at] !== CR) return -1;
    this.bodyBytes = length;
    return at;
  }
}
