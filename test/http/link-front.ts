// A front as small as can be: node:http in, link out, and back. It stands for the
// master's, so that the parity suite can compare what a client gets.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { RequestLines } from '../../src/link/frames/request-lines.js';
import { MasterEnd, type ReplyHandlers } from '../../src/link/master-end.js';

export class LinkFront {
  readonly server: Server;
  readonly end: MasterEnd;
  readonly aborted: number[] = [];
  readonly #open: Map<number, ServerResponse> = new Map();
  #lastId = 2 ** 32 - 5;

  constructor(socket: Socket) {
    this.end = new MasterEnd(socket, this.#handlers());
    this.server = createServer((request, response) => this.#serve(request, response));
  }

  get openRequests(): number {
    return this.#open.size;
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
    });
    request.on('end', () => {
      const id = this.#lastId++;
      this.#open.set(id, response);
      response.on('close', () => {
        if (this.#open.delete(id)) this.end.cancel(id);
      });
      response.on('drain', () => this.end.resume(id));
      const { address = '', port = 0 } = peer(request);
      const isHttp10 = request.httpVersionMinor === 0;
      const { 'content-length': length, 'x-request-id': requestId = '' } = request.headers;
      this.end.send(id, linesOf(request), {
        requestId: String(requestId),
        body: chunks,
        bytes,
        hasLength: length !== undefined,
        client: { address, port, isEncrypted: false, isHttp10 },
      });
    });
  }

  #handlers(): ReplyHandlers {
    return {
      reply: (id, status, lines, length, _figures, body) => {
        const response = this.#close(id);
        response?.writeHead(status, lines.headersWith(length)).end(body);
      },
      replyHead: (id, status, lines, length) => {
        this.#open.get(id)?.writeHead(status, lines.headersWith(length)).flushHeaders();
      },
      replyChunk: (id, chunk) => {
        if (this.#open.get(id)?.write(chunk) === false) this.end.pause(id);
      },
      replyEnd: (id, { headers: trailers }) => {
        const response = this.#close(id);
        const pairs: [string, string][] = [];
        for (let at = 0; at + 1 < trailers.length; at += 2) {
          pairs.push([trailers[at] as string, trailers[at + 1] as string]);
        }
        if (pairs.length > 0) response?.addTrailers(pairs);
        response?.end();
      },
      replyAborted: (id) => {
        this.aborted.push(id);
        this.#close(id)?.destroy();
      },
      ended: () => {
        for (const response of this.#open.values()) response.destroy();
      },
    };
  }

  #close(id: number): ServerResponse | undefined {
    const response = this.#open.get(id);
    this.#open.delete(id);
    return response;
  }
}

function linesOf({ method = '', url = '', rawHeaders }: IncomingMessage): RequestLines {
  const headers: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    if (!/^(?:x-request-id|content-length)$/i.test(name)) headers.push(name, value);
  }
  return new RequestLines(method, url, headers);
}

function peer(request: IncomingMessage): { address: string | undefined; port: number | undefined } {
  return { address: request.socket.remoteAddress, port: request.socket.remotePort };
}
