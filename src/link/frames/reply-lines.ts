import type { ErrorCode } from '../../errors.js';
import { LENGTH_HERE, ProtocolError } from './frame.js';
import { knownCode } from './reply-facts.js';

/** Route, model, version and error code follow the headers. */
const FIELDS_AFTER_HEADERS = 4;

/**
 * The part of a reply's head that many replies share: all but the status, the
 * length of its body and its figures. Decoded once for each number of a link (see
 * head-numbers.ts), so it must not be changed.
 */
export class ReplyLines {
  /** Flat list of names and values; the length of the body is left out of its place. */
  readonly headers: readonly string[];
  /** Where among them the length belongs; -1 where the reply states none. */
  readonly lengthAt: number;
  /** The matched route's pattern; '' when none matched. */
  readonly route: string;
  readonly model: string;
  readonly version: string;
  readonly code: ErrorCode | '';

  /** @param text as a frame carries it @throws ProtocolError */
  constructor(text: string) {
    const fields = text.split('\n');
    if (fields.length < FIELDS_AFTER_HEADERS || fields.length % 2 !== 0) {
      throw new ProtocolError('a reply head without its facts');
    }
    const [route = '', model = '', version = '', code = ''] = fields.splice(-FIELDS_AFTER_HEADERS);
    this.headers = fields;
    this.lengthAt = fields.indexOf(LENGTH_HERE);
    this.route = route;
    this.model = model;
    this.version = version;
    this.code = knownCode(code);
  }

  /** The headers of one reply, in a list of its own. */
  headersWith(contentLength: number): string[] {
    const headers = this.headers.slice();
    if (this.lengthAt >= 0) headers[this.lengthAt] = String(contentLength);
    return headers;
  }
}
