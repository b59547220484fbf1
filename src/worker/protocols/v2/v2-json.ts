/**
 * The JSON of a v2 body. Python's json writes NaN and the infinities bare, Triton's client among
 * its users and Triton among its readers; so such a body is read once more, with quotes.
 */
import { RequestError } from '../../../errors.js';
import { endOfString } from '../../body/exact-integers.js';
import { parseJsonBody } from '../../body/json-body.js';

const BARE = /\bNaN\b|\bInfinity\b/;
const STRING_OR_BARE = /"|-?\b(?:NaN|Infinity)\b/g;

/** @throws RequestError INVALID_INPUT as `parseJsonBody` does, with positions in the body as it came */
export function parseV2Json(bytes: Buffer, keepsDigits: boolean): unknown {
  try {
    return parseJsonBody(bytes, keepsDigits);
  } catch (error) {
    const isFault = error instanceof RequestError && error.code === 'INVALID_INPUT';
    const text = isFault ? bytes.toString('utf8') : '';
    if (!BARE.test(text)) throw error;
    try {
      return parseJsonBody(Buffer.from(withQuotedNames(text)), keepsDigits);
    } catch {
      throw error;
    }
  }
}

function withQuotedNames(text: string): string {
  let quoted = '';
  let copied = 0;
  STRING_OR_BARE.lastIndex = 0;
  for (let match = STRING_OR_BARE.exec(text); match !== null; match = STRING_OR_BARE.exec(text)) {
    const [token] = match;
    const end = match.index + token.length;
    if (token === '"') {
      STRING_OR_BARE.lastIndex = endOfString(text, end);
      continue;
    }
    quoted += `${text.slice(copied, match.index)}"${token}"`;
    copied = end;
  }
  return quoted + text.slice(copied);
}
