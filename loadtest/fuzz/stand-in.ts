import type { Server } from 'node:http';
import { parseCommand } from '../../src/config/command.js';
import type { Settings } from '../../src/config/settings.js';
import { LENGTH_HERE } from '../../src/link/frames/frame.js';
import { ReplyLines } from '../../src/link/frames/reply-lines.js';
import type { ClientRequest } from '../../src/master/client-request.js';
import { Answers } from '../../src/master/front/answers.js';
import type { Front } from '../../src/master/front/front.js';
import { Intake } from '../../src/master/front/intake.js';
import { mainPort } from '../../src/master/main-port.js';
import { Trust } from '../../src/master/trust/trust.js';
import { ByteBudget } from '../../src/queue/admission/byte-budget.js';
import type { Wire } from './wire.js';

/** What a worker replies with, its route, model, version and code behind it. */
const REPLY = new ReplyLines(
  ['content-length', LENGTH_HERE, 'x-a', 'b', '', '', '', ''].join('\n'),
);
const LAST_REPLY = new ReplyLines(['connection', 'close', '', '', '', ''].join('\n'));

const FLAGS = ['--max-body', '5000', '--limit-request-fields', '100'];

/** What one connection made of what came. */
export type Seen = {
  /** The requests that a worker would get, in any order: `node:http` gives those without a body first. */
  readonly submitted: readonly string[];
  /** What the books say, in any order. */
  readonly booked: readonly string[];
  readonly output: string;
  readonly isClosed: boolean;
};

/** The real front of the master; behind it nobody computes, but requests are answered as a case says. */
export class StandIn {
  readonly #front: Front;
  readonly #server: Server;
  readonly #answers: Answers;
  /** Connections that node:http has read something of. */
  handedOver = 0;
  #waits: readonly number[] = [];
  #waiting: { request: ClientRequest; rank: number }[] = [];
  #submitted: string[] = [];
  #booked: string[] = [];

  /** @param pages web pages that may read the answers */
  constructor(fastPath: boolean, pages: readonly string[]) {
    const corsOrigins = [...pages];
    const settings: Settings = { ...settingsOf(FLAGS), corsOrigins, fastPath };
    const budget = new ByteBudget(settings.queueBytes);
    this.#answers = new Answers({
      budget,
      isDraining: () => false,
      finished: (request) => this.#finished(request),
    });
    const intake = new Intake(this.#answers, {
      maxBodyBytes: settings.maxBody,
      limitName: 'max-body',
      admission: { reserve: () => undefined, grow: () => undefined, enter: () => undefined },
      submit: (request) => this.#submit(request),
      now: () => 0,
    });
    const trust = new Trust(settings, { apiKeys: undefined, adminKeys: undefined });
    const parts = { trust, answers: this.#answers, intake };
    this.#front = mainPort(settings, parts, {
      answerLocally: (request) => this.#answerLocally(request),
      controlIntake: () => undefined,
      budget,
      left: (request) => this.#answers.left(request),
      now: () => 0,
      makeRequestId: () => 'made',
    });
    this.#server = this.#front.newServer();
  }

  /** @param waits as in a case */
  connect(wire: Wire, waits: readonly number[]): void {
    this.#waits = waits;
    this.#waiting = [];
    this.#submitted = [];
    this.#booked = [];
    this.#server.emit('connection', wire);
  }

  /** `node:http` alone gives a connection a parser. */
  noteWay(wire: Wire): void {
    if ('parser' in wire) this.handedOver += 1;
  }

  /** Answers the next of those that wait. @returns false: none does */
  release(): boolean {
    const next = this.#waiting.toSorted((one, other) => other.rank - one.rank)[0];
    if (next === undefined) return false;
    this.#waiting.splice(this.#waiting.indexOf(next), 1);
    this.#answer(next.request);
    return true;
  }

  seen({ output, destroyed, writableEnded }: Wire): Seen {
    const [submitted, booked] = [this.#submitted.toSorted(), this.#booked.toSorted()];
    return { submitted, booked, output: withoutTime(output), isClosed: destroyed || writableEnded };
  }

  close(): void {
    this.#front.closeAll();
  }

  #submit(request: ClientRequest): void {
    const rank = this.#waits[(request.lines.text.length + request.bytes) % this.#waits.length] ?? 0;
    this.#submitted.push(asSent(request));
    if (rank === 0) this.#answer(request);
    else this.#waiting.push({ request, rank });
  }

  #answerLocally(request: ClientRequest): boolean {
    if (request.path !== '/livez') return false;
    this.#answers.text(request, 200, 'text/plain', 'alive');
    return true;
  }

  /** In all the ways there are, as the request has it. */
  #answer(request: ClientRequest): void {
    const body = Buffer.concat([Buffer.from(`${request.method} ${request.url} `), ...request.body]);
    const length = ['content-length', String(body.length)];
    switch ((request.url.length + request.bytes) % 6) {
      case 0:
        this.#answers.begin(request, 200, ['content-type', 'text/plain']);
        this.#answers.chunk(request, body);
        this.#answers.chunk(request, Buffer.alloc(0));
        this.#answers.chunk(request, Buffer.from('end'));
        this.#answers.end(request, request.bytes % 2 === 0 ? ['x-trailer', '1'] : []);
        break;
      case 1:
        this.#answers.whole(request, 204, ['x-empty', '1'], Buffer.alloc(0));
        break;
      case 2:
        this.#answers.whole(request, 200, ['content-type', 'text/plain'], body);
        break;
      case 3:
        this.#answers.begin(request, 201, [...length, 'Date', 'today']);
        this.#answers.chunk(request, body);
        this.#answers.end(request, []);
        break;
      case 4: {
        const lines = connectionOf(request).length > 0 ? LAST_REPLY : REPLY;
        const reply = { status: 200, lines, contentLength: body.length };
        this.#answers.reply(request, reply, body);
        break;
      }
      default:
        this.#answers.whole(request, 200, [...length, ...connectionOf(request)], body);
    }
  }

  #finished({ method, url, status, code, bytesIn, bytesOut, isForwarded }: ClientRequest): void {
    this.#booked.push([method, url, status, code, bytesIn, bytesOut, isForwarded].join(' '));
  }
}

function connectionOf({ path }: ClientRequest): string[] {
  return path === '/last' ? ['connection', 'close'] : [];
}

function asSent(request: ClientRequest): string {
  const { lines, hasLength, body, bytes, requestId, client } = request;
  const id = requestId.includes('one') ? requestId : '';
  const content = Buffer.concat(body).toString('latin1');
  return [lines.text, hasLength, bytes, id, client.address, client.isHttp10, content].join('\n');
}

/** What differs from one answer to the next that is the same. */
function withoutTime(output: string): string {
  return output.replaceAll(/^date: .*$/gim, 'date');
}

function settingsOf(flags: readonly string[]): Settings {
  const command = parseCommand({
    argv: ['models', ...flags],
    env: {},
    pid: 1,
    cwd: '/',
    cpus: { count: 1, limit: 'none' },
    readFile: () => '',
    modelFaults: () => [],
  });
  if (!('configuration' in command)) throw new Error('flags without a configuration');
  return command.configuration.settings;
}
