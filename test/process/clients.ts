/** Clients that see what real ones would: keep-alive connections, resets, refused connections. */
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { connect, type Socket } from 'node:net';

export type Answer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
};

export type Failure =
  | { readonly error: string }
  | { readonly status: number; readonly text: string };

/** One client with one keep-alive connection. */
export class Client {
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(url: string) {
    this.#url = url;
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return this.send('POST', path, text, { 'content-type': 'application/json', ...headers });
  }

  get(path: string): Promise<Answer> {
    return this.send('GET', path, '', {});
  }

  send(
    method: string,
    path: string,
    body: string,
    headers: Record<string, string>,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const message = request(this.#url + path, {
        method,
        agent: this.#agent,
        headers: { ...headers, ...(body && { 'content-length': Buffer.byteLength(body) }) },
      });
      message.once('error', reject);
      message.once('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.once('error', reject);
        response.once('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        );
      });
      message.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

export type LoadResult = { requests: number; failures: Failure[]; refused: number };

/**
 * Many clients, each asking again as soon as it is answered, until `isOver`. A
 * refused new connection ends a client without being a failure: that is how a
 * stopping server looks.
 */
export async function runLoad(
  url: string,
  clients: number,
  isOver: () => boolean,
  ask: (client: Client, number: number) => Promise<Failure | undefined>,
): Promise<LoadResult> {
  const result: LoadResult = { requests: 0, failures: [], refused: 0 };
  const one = async (): Promise<void> => {
    const client = new Client(url);
    for (let number = 0; !isOver(); number += 1) {
      try {
        const failure = await ask(client, number);
        result.requests += 1;
        if (failure !== undefined) result.failures.push(failure);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') {
          result.refused += 1;
          break;
        }
        result.failures.push({ error: String(error) });
      }
    }
    client.close();
  };
  await Promise.all(Array.from({ length: clients }, one));
  return result;
}

/** Sends raw bytes, reads nothing, and stays until it is destroyed. */
export function heldOpen(url: string, text: string): Socket {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) }).pause();
  socket.on('error', () => {}); // a reset is a way to be cut off
  socket.write(text);
  return socket;
}

/** How long it may take at most until what `until` describes has come. */
const LONG_MS = 20_000;

type RawOptions = {
  readonly until?: RegExp;
  /** Once this has come, that is sent. */
  readonly after?: { readonly came: RegExp; readonly send: string };
  readonly halfClose?: boolean;
};

/** Sends raw bytes and reads until the server closes, or what came is all that the test waits for. */
export function rawExchange(
  url: string,
  pieces: readonly (string | Buffer)[],
  { until, after, halfClose }: RawOptions = {},
): Promise<{ text: string; isClosed: boolean }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    const finish = (isClosed: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text, isClosed });
    };
    const timer = setTimeout(() => finish(false), LONG_MS);
    let next = after;
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
      if (until?.test(text)) finish(false);
      else if (next?.came.test(text)) {
        socket.write(next.send);
        next = undefined;
      }
    });
    socket.once('end', () => finish(true));
    socket.once('error', () => finish(true));
    for (const piece of pieces) socket.write(piece);
    if (halfClose) socket.end();
  });
}
