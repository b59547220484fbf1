/** Bodies that came compressed. */
import {
  gunzipSync,
  type InputType,
  inflateRawSync,
  inflateSync,
  type ZlibOptions,
} from 'node:zlib';
import { RequestError } from '../../errors.js';
import { invalid } from '../invalid-input.js';

type Inflate = (bytes: InputType, options: ZlibOptions) => Buffer;

const ACCEPTED = 'gzip, deflate';
/** What the zlib format calls deflate, the only method it knows. */
const DEFLATED = 8;
/** Larger steps than Node's own 16 KiB: of many megabytes each is put together again. */
const MOST_STEP_BYTES = 256 * 1024;
const LEAST_STEP_BYTES = 1024;
/** Of JSON with numbers, a little more than the common ratio. */
const USUAL_RATIO = 4;

/**
 * The body without its content encoding. Done at once and not on another thread: it costs less
 * than parsing what comes out, and a worker runs one request at a time anyway.
 *
 * @param encoding the request's `content-encoding`
 * @param maxBytes what comes out is no larger, however small the body is
 * @throws RequestError BODY_TOO_LARGE, INVALID_INPUT when it is cut off or something else, and
 *   UNSUPPORTED_MEDIA_TYPE for other encodings
 */
export function decodedBody(bytes: Buffer, encoding: string | undefined, maxBytes: number): Buffer {
  if (encoding === undefined) return bytes;
  switch (encoding.toLowerCase()) {
    case '':
    case 'identity':
      return bytes;
    case 'gzip':
    case 'x-gzip':
      return inflated(bytes, gunzipSync, 'gzip', maxBytes);
    case 'deflate':
      return inflated(
        bytes,
        hasZlibHead(bytes) ? inflateSync : inflateRawSync,
        'deflate',
        maxBytes,
      );
    default:
      throw unsupported(encoding);
  }
}

function inflated(bytes: Buffer, inflate: Inflate, name: string, maxBytes: number): Buffer {
  const chunkSize = Math.min(
    Math.max(bytes.length * USUAL_RATIO, LEAST_STEP_BYTES),
    MOST_STEP_BYTES,
  );
  let done: Inflated;
  try {
    const options = { maxOutputLength: maxBytes, chunkSize, info: true };
    done = inflate(bytes, options) as unknown as Inflated;
  } catch (cause) {
    throw inflationFault(cause, name, maxBytes);
  }
  const rest = bytes.length - done.engine.bytesWritten;
  if (rest === 0) return done.buffer;
  throw invalid(`the body has ${rest} bytes behind the end of its ${name} encoding`);
}

/** What zlib returns when it is asked for more than the bytes. */
type Inflated = { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } };

/** "deflate" means the zlib format; some clients send the bare one. */
function hasZlibHead(bytes: Buffer): boolean {
  const [method = 0, flags = 0] = bytes;
  return (method & 0x0f) === DEFLATED && (method * 256 + flags) % 31 === 0;
}

function inflationFault(cause: unknown, name: string, maxBytes: number): RequestError {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'ERR_BUFFER_TOO_LARGE') {
    return new RequestError(
      'BODY_TOO_LARGE',
      `expected a body of at most ${maxBytes} bytes (max-body) without its ${name} encoding, got more`,
      { cause },
    );
  }
  return invalid(`the body is not valid ${name}: ${message}`, { cause });
}

function unsupported(encoding: string): RequestError {
  const got = JSON.stringify(encoding.slice(0, 100));
  return new RequestError(
    'UNSUPPORTED_MEDIA_TYPE',
    `expected one content encoding of gzip, deflate or identity, got ${got}`,
    { headers: { 'accept-encoding': ACCEPTED } },
  );
}
