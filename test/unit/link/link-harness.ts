// Both ends of a link over a real socket pair, and what the master hears.
import type { Socket } from 'node:net';
import { afterEach, beforeEach, expect } from 'vitest';
import type { FrameFigures } from '../../../src/link/frames/frame.js';
import type { ReplyFacts } from '../../../src/link/frames/reply-facts.js';
import type { ReplyLines } from '../../../src/link/frames/reply-lines.js';
import { RequestLines } from '../../../src/link/frames/request-lines.js';
import { MasterEnd, type SentRequest } from '../../../src/link/master-end.js';
import type { LinkReply } from '../../../src/link/server/link-reply.js';
import type { LinkRequest } from '../../../src/link/server/link-request.js';
import { WorkerEnd } from '../../../src/link/worker-end.js';
import { socketPair } from '../../fixtures/socket-pair.js';

export type Heard = {
  kind: string;
  id?: number;
  status?: number;
  text?: string;
  facts?: ReplyFacts;
  lines?: ReplyLines;
  length?: number;
  reason?: Error | undefined;
};

export class Link {
  readonly sockets: readonly [Socket, Socket];
  readonly master: MasterEnd;
  readonly worker: WorkerEnd;
  readonly heard: Heard[] = [];
  handle: (request: LinkRequest, reply: LinkReply) => void = () => {};

  constructor(sockets: readonly [Socket, Socket]) {
    const { heard } = this;
    this.sockets = sockets;
    this.master = new MasterEnd(sockets[0], {
      reply: (id, status, lines, length, figures, body) => {
        const text = body.toString();
        heard.push({
          kind: 'reply',
          id,
          status,
          facts: factsOf(lines, figures),
          text,
          lines,
          length,
        });
      },
      replyHead: (id, status, lines, length, figures) =>
        heard.push({ kind: 'head', id, status, facts: factsOf(lines, figures), lines, length }),
      replyChunk: (id, chunk) => heard.push({ kind: 'chunk', id, text: chunk.toString() }),
      replyEnd: (id, lines, figures) =>
        heard.push({ kind: 'end', id, facts: factsOf(lines, figures), lines }),
      replyAborted: (id) => heard.push({ kind: 'aborted', id }),
      ended: (reason) => heard.push({ kind: 'ended', reason }),
    });
    this.worker = new WorkerEnd(sockets[1]);
    this.worker.serverFactory((request, reply) =>
      this.handle(request as unknown as LinkRequest, reply as unknown as LinkReply),
    );
    this.worker.start();
  }

  get kinds(): string[] {
    return this.heard.map(({ kind }) => kind);
  }

  send(id: number, body = '', method = 'POST', url = '/', isStandby = false): void {
    this.master.send(id, new RequestLines(method, url, []), request({ body, isStandby }));
  }

  /** The `count`-th event of a kind, as soon as the master has heard it. */
  async hears(kind: string, count = 1): Promise<Heard> {
    const found = (): Heard[] => this.heard.filter((each) => each.kind === kind);
    await expect.poll(() => found().length, { message: kind }).toBeGreaterThanOrEqual(count);
    return found()[count - 1] as Heard;
  }
}

/** With neither id, length nor client, unless told. */
export function request(
  given: Partial<Omit<SentRequest, 'body'>> & { body?: string },
): SentRequest {
  const { body = '', ...rest } = given;
  const pieces = body === '' ? [] : [Buffer.from(body)];
  const bytes = Buffer.byteLength(body);
  return {
    requestId: '',
    hasLength: false,
    client: UNKNOWN_CLIENT,
    ...rest,
    body: pieces,
    bytes,
  };
}

const UNKNOWN_CLIENT = { address: '', port: 0, isEncrypted: false, isHttp10: false };

function factsOf({ route, model, version, code }: ReplyLines, figures: FrameFigures): ReplyFacts {
  return { route, model, version, code, figures };
}

/** Call at the top of a test file; gives the current test's link. */
export function useLink(): () => Link {
  let link: Link;
  beforeEach(async () => {
    link = new Link(await socketPair());
  });
  afterEach(() => {
    for (const socket of link.sockets) socket.destroy();
  });
  return () => link;
}
