/**
 * A client's connection on a bare socket: it owes nothing to the HTTP code of the
 * server or of Node, tries nothing again, and tells exactly how a connection ended.
 */
import { connect, type Socket } from 'node:net';

export type Reply = {
  readonly status: number;
  readonly body: string;
  /** The server will close after this reply. */
  readonly isLast: boolean;
};

/** Why there is no reply: `ECONNRESET`, `closed before the answer`, `timeout` and the like. */
export class NoReply extends Error {}

type Waiting = { resolve(reply: Reply): void; reject(error: NoReply): void };

export class Connection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #waiting: Waiting | undefined;
  #end: string | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', (error: NodeJS.ErrnoException) => this.#ended(error.code ?? error.message));
    socket.on('end', () => this.#ended('closed before the answer'));
    socket.on('close', () => this.#ended('closed before the answer'));
  }

  /** False once the server has closed it: a client notices, and connects anew. */
  get isOpen(): boolean {
    return this.#end === undefined;
  }

  ask(request: string | Buffer, timeoutMs: number): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#ended('timeout'), timeoutMs);
      const settle = (): void => {
        clearTimeout(timer);
        this.#waiting = undefined;
      };
      this.#waiting = {
        resolve: (reply) => {
          settle();
          resolve(reply);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #ended(how: string): void {
    this.#end ??= how;
    this.#waiting?.reject(new NoReply(this.#end));
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const found = replyIn(this.#received);
    if (found === undefined) return;
    this.#received = this.#received.subarray(found.length);
    if (found.reply.isLast) this.#end = 'closed';
    this.#waiting?.resolve(found.reply);
    if (found.reply.isLast) this.#socket.end();
  }
}

export function openConnection(port: number): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const fail = (error: NodeJS.ErrnoException) => reject(new NoReply(error.code ?? error.message));
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.off('error', fail);
      resolve(new Connection(socket));
    });
  });
}

/** A request with a JSON body. */
export function postOf(path: string, body: string, isLast = false): string {
  const close = isLast ? 'Connection: close\r\n' : '';
  return (
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${close}` +
    `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}

export function postBytesOf(
  path: string,
  body: Buffer,
  headers: Readonly<Record<string, string>>,
): Buffer {
  const lines = Object.entries({ Host: 'localhost', ...headers, 'Content-Length': body.length });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${head}\r\n`), body]);
}

/** The first whole reply in these bytes, and how many of them it is. */
export function replyIn(bytes: Buffer): { reply: Reply; length: number } | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = bytes.subarray(0, headEnd).toString('latin1').toLowerCase();
  const status = Number(/^http\/1\.[01] (\d{3})/.exec(head)?.[1] ?? 0);
  const isLast = /\r\nconnection: *close/.test(head);
  const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1];
  const bodyAt = headEnd + 4;
  if (length !== undefined) {
    const end = bodyAt + Number(length);
    if (bytes.length < end) return undefined;
    return { reply: { status, body: bytes.subarray(bodyAt, end).toString(), isLast }, length: end };
  }
  const chunked = bodyInChunks(bytes, bodyAt);
  if (chunked === undefined) return undefined;
  return { reply: { status, body: chunked.body, isLast }, length: chunked.end };
}

function bodyInChunks(bytes: Buffer, from: number): { body: string; end: number } | undefined {
  const parts: Buffer[] = [];
  for (let at = from; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.subarray(at, lineEnd).toString('latin1'), 16);
    const next = lineEnd + 2 + size + 2;
    if (!Number.isInteger(size) || bytes.length < next) return undefined;
    if (size === 0) return { body: Buffer.concat(parts).toString(), end: next };
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = next;
  }
}
