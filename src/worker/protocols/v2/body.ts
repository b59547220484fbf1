/** The two forms of a v2 body: JSON with tensors behind it, or one bare tensor. */
import { RequestError } from '../../../errors.js';
import { checkJsonBody } from '../../body/media-type.js';
import { invalid } from '../../invalid-input.js';
import type { Body } from '../../protocol.js';

/** `json` is absent in the raw form, where the body is nothing but a tensor. */
export type BodyParts = {
  readonly json: Buffer | undefined;
  /** The bytes of binary tensors, one behind the other. */
  readonly binary: Buffer;
};

/** How many bytes of the body are JSON; without any encoding, as all that is counted here. */
export const JSON_LENGTH_HEADER = 'inference-header-content-length';
export const BINARY_TYPE = 'application/octet-stream';

const DIGITS = /^\d{1,15}$/;
const NOTHING: Buffer = Buffer.alloc(0);
/** What JSON may begin with: four kinds of space, then the object. */
const OBJECT_START = /^[ \t\n\r]{0,16}\{/;
const LONGEST_START = 17;

/** @throws RequestError for a content type that is neither, or a length that cannot be */
export function bodyParts({ bytes, headers }: Body): BodyParts {
  const length = headers[JSON_LENGTH_HEADER];
  const isBinary = headers['content-type']?.toLowerCase() === BINARY_TYPE;
  if (isBinary && length === undefined && !beginsObject(bytes)) throw withoutLength();
  if (!isBinary) checkJsonBody(headers);
  if (length === undefined) return { json: bytes, binary: NOTHING };
  const jsonBytes = jsonLength(String(length), bytes.length);
  if (jsonBytes === 0) return { json: undefined, binary: bytes };
  return { json: bytes.subarray(0, jsonBytes), binary: bytes.subarray(jsonBytes) };
}

/** Clients whose HTTP library calls all bytes so, such as Triton's with asyncio, send JSON like that. */
function beginsObject(bytes: Buffer): boolean {
  return OBJECT_START.test(bytes.toString('latin1', 0, LONGEST_START));
}

function withoutLength(): RequestError {
  return new RequestError(
    'UNSUPPORTED_MEDIA_TYPE',
    `expected content type "application/json", or the header ${JSON_LENGTH_HEADER} beside "${BINARY_TYPE}"`,
  );
}

function jsonLength(text: string, bodyBytes: number): number {
  if (!DIGITS.test(text)) {
    const got = JSON.stringify(text.slice(0, 40));
    throw invalid(
      `the header ${JSON_LENGTH_HEADER}: expected the bytes of JSON as a whole number, got ${got}`,
    );
  }
  const length = Number(text);
  if (length <= bodyBytes) return length;
  throw invalid(
    `the header ${JSON_LENGTH_HEADER}: expected at most the ${bodyBytes} bytes of the body, got ${length}`,
  );
}
