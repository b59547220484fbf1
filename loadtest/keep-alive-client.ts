/**
 * A client that keeps one connection and sends one request after the other, and
 * that sees every reset exactly: nothing is tried again, nothing is hidden.
 *
 * running → ended: told to stop, or the server refuses new connections (only
 * where that is allowed, as after TERM). After an answer with `Connection: close`,
 * or when an idle connection is closed, it connects again, as any client does.
 */
import { Agent, request } from 'node:http';
import { faultOfAnswer, type Sample } from './digits.js';

export type ClientOptions = {
  readonly port: number;
  readonly samples: readonly Sample[];
  /** Longest pause between two requests; each pause is drawn from 0 to this. */
  readonly pauseMs: number;
  /** An answer that takes longer is a failure. */
  readonly timeoutMs: number;
  /** Whether a refused new connection is the end of this client, not a failure. */
  mayBeRefused(): boolean;
  answered(ms: number): void;
  failed(reason: string): void;
};

/** How long a client that failed waits, so that a dead server is not hammered. */
const AFTER_FAILURE_MS = 20;

type Outcome = 'answered' | 'failed' | 'refused';

export class KeepAliveClient {
  readonly #options: ClientOptions;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #isStopping = false;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** Ends after the request that is under way. */
  stop(): void {
    this.#isStopping = true;
  }

  async run(): Promise<void> {
    const { samples, pauseMs } = this.#options;
    let sent = Math.floor(Math.random() * samples.length);
    while (!this.#isStopping) {
      const sample = samples[sent++ % samples.length];
      if (sample === undefined) throw new Error('no samples to send');
      const outcome = await this.#send(sample);
      if (outcome === 'refused') break;
      await pause(outcome === 'failed' ? AFTER_FAILURE_MS : Math.random() * pauseMs);
    }
    this.#agent.destroy();
  }

  #send(sample: Sample): Promise<Outcome> {
    const { port, timeoutMs } = this.#options;
    const startedMs = performance.now();
    return new Promise((resolve) => {
      const sending = request({
        ...{ host: '127.0.0.1', port, path: '/predict', method: 'POST', agent: this.#agent },
        headers: { 'content-type': 'application/json' },
        signal: AbortSignal.timeout(timeoutMs),
      });
      const settle = (error: NodeJS.ErrnoException) => resolve(this.#failed(error));
      sending.on('error', settle);
      sending.on('response', (reply) => {
        const chunks: Buffer[] = [];
        reply.on('data', (chunk: Buffer) => chunks.push(chunk));
        reply.on('error', settle);
        reply.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve(this.#judged(reply.statusCode ?? 0, text, sample, startedMs));
        });
      });
      sending.end(sample.body);
    });
  }

  #judged(status: number, text: string, sample: Sample, startedMs: number): Outcome {
    const fault = status === 200 ? faultOfAnswer(text, sample) : `status ${status}`;
    if (fault !== undefined) {
      this.#options.failed(fault);
      return 'failed';
    }
    this.#options.answered(performance.now() - startedMs);
    return 'answered';
  }

  #failed(error: NodeJS.ErrnoException): Outcome {
    if (error.code === 'ECONNREFUSED' && this.#options.mayBeRefused()) return 'refused';
    this.#options.failed(error.name === 'AbortError' ? 'timeout' : (error.code ?? error.message));
    return 'failed';
  }
}

/** Even without a pause the other clients get their turn. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
