/** A client that takes a streamed reply of the fixture `streams`, piece by piece. */
import { request as httpRequest, type IncomingMessage } from 'node:http';

const WAIT_MS = 20_000;

type Piece = { readonly number: number; readonly pid: number };

/** A streamed reply as its client takes it: line by line. */
export class Stream {
  readonly pieces: Piece[] = [];
  readonly response: IncomingMessage;
  /** How it ended. */
  readonly ended: Promise<'complete' | 'cut'>;
  #rest = '';
  #watcher: (() => void) | undefined;

  constructor(response: IncomingMessage) {
    this.response = response;
    this.ended = new Promise((resolve) => {
      response.once('end', () => resolve('complete'));
      response.once('error', () => resolve('cut'));
    });
  }

  /** Begins to read; settles with the piece of that number, or fails when none came. */
  piece(number: number): Promise<Piece> {
    if (this.response.listenerCount('data') === 0) this.#read();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#watcher = undefined;
        reject(new Error(`no piece ${number} within ${WAIT_MS} ms, but ${this.pieces.length}`));
      }, WAIT_MS);
      this.#watcher = () => {
        const found = this.pieces[number];
        if (found === undefined) return;
        clearTimeout(timer);
        resolve(found);
      };
      this.#watcher();
    });
  }

  leave(): void {
    this.response.destroy();
  }

  #read(): void {
    this.response.setEncoding('utf8').on('data', (text: string) => {
      const lines = (this.#rest + text).split('\n');
      this.#rest = lines.pop() ?? '';
      this.pieces.push(...lines.map((line) => JSON.parse(line) as Piece));
      this.#watcher?.();
    });
  }
}

export function openStream(url: string, instance: object, requestId = 'stream'): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const message = httpRequest(`${url}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-request-id': requestId },
    });
    message.once('error', reject);
    message.once('response', (response) => resolve(new Stream(response)));
    message.end(JSON.stringify({ instances: [instance] }));
  });
}
