import { type OutgoingHttpHeaders, request } from 'node:http';
import { type Address, formatAddress } from '../config/values/address.js';
import { ConfigError, EXIT, StartError } from '../errors.js';

type Answer = { readonly status: number; readonly text: string };

/** A server tells of itself at once, also while all its workers compute. */
const READING_LIMIT_MS = 10_000;

/** Asks a server at its admin port. A change is not given up by time: a load takes as long as it takes. */
export class AdminClient {
  readonly #address: Address;
  readonly #headers: OutgoingHttpHeaders;
  readonly #readingLimitMs: number;

  /** @throws ConfigError where the address leads to nobody */
  constructor(address: Address, key?: string, readingLimitMs: number = READING_LIMIT_MS) {
    const isOpen = address.kind === 'fd' || (address.kind === 'tcp' && address.port === 0);
    if (isOpen) {
      const text = `${formatAddress(address)} does not say where the server listens: name its admin port with --admin HOST:PORT or --admin unix:PATH.`;
      throw new ConfigError([text]);
    }
    this.#address = address;
    this.#readingLimitMs = readingLimitMs;
    this.#headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
  }

  /** @returns the body of a 200 @throws StartError with the server's reason, or that nobody answers */
  async ask(method: 'GET' | 'POST', path: string, body?: unknown): Promise<string> {
    const { status, text } = await this.#send(method, path, body);
    if (status === 200) return text;
    throw new StartError(EXIT.UNEXPECTED, reasonOf(status, text));
  }

  #send(method: string, path: string, body: unknown): Promise<Answer> {
    const sent = body === undefined ? '' : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => reject(this.#unreachable(error));
      const message = request({
        ...target(this.#address),
        method,
        path,
        headers: this.#headers,
        agent: false,
      });
      message.once('error', fail);
      if (method === 'GET') {
        const text = `nothing for ${this.#readingLimitMs / 1000} s; its process may be stopped`;
        message.setTimeout(this.#readingLimitMs, () => message.destroy(new Error(text)));
      }
      message.once('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.once('error', fail);
        response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
      });
      message.setHeader('content-length', Buffer.byteLength(sent));
      message.end(sent);
    });
  }

  #unreachable(error: NodeJS.ErrnoException): StartError {
    const where = formatAddress(this.#address);
    const why = error.code ?? error.message;
    const text = NOBODY.includes(why)
      ? `nobody answers at ${where} (${why}): is the server running, and is this its admin port (--admin)?`
      : `the server at ${where} gave no answer: ${error.message}`;
    return new StartError(EXIT.UNEXPECTED, text, { cause: error });
  }
}

const NOBODY: readonly string[] = [
  'ECONNREFUSED',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
];

type Target = { socketPath: string } | { host: string; port: number };

/** What a server binds to for all interfaces is reached over loopback. */
function target(address: Address): Target {
  if (address.kind === 'unix') return { socketPath: address.path };
  if (address.kind === 'fd') throw new Error('not reached: refused by the constructor');
  const { host, port } = address;
  if (host === '0.0.0.0') return { host: '127.0.0.1', port };
  return { host: host === '::' ? '::1' : host, port };
}

const KEY_HINT = '; ctl has one from --key-file FILE or FORKCAST_ADMIN_KEYS';

function reasonOf(status: number, text: string): string {
  try {
    const { error, code } = JSON.parse(text) as { error?: unknown; code?: unknown };
    const hint = status === 401 ? KEY_HINT : '';
    if (typeof error === 'string') return `${error} (${status} ${String(code)})${hint}`;
  } catch {
    // no answer of ours
  }
  return `expected an answer of a Forkcast server, got status ${status}: ${text.slice(0, 200)}`;
}
