/** A reply whose body is made piece by piece: sent as it is made, or kept for one body. */
import { errorBody, type RequestError } from '../../errors.js';
import type { Call } from './call.js';
import type { StreamForm } from './stream-form.js';

/** Where the pieces of a reply go. */
export type PieceReply = {
  /** A piece can be seen by the client: an error cannot have a status of its own any more. */
  readonly hasBegun: boolean;
  /**
   * @param piece JSON
   * @returns what to wait for before the next, when the client is slower than the model
   */
  take(piece: string): Promise<void> | undefined;
  end(): void;
  /** Only where it `hasBegun`. */
  fail(error: RequestError): void;
};

const CONTENT_TYPES = {
  events: 'text/event-stream',
  lines: 'application/x-ndjson',
} as const;

CONTENT_TYPES satisfies Record<Exclude<StreamForm, 'whole'>, string>;

/**
 * Server-sent events: `data: PIECE` for each, `event: end` after the last; an error is
 * `event: error`. Lines: one piece a line; an error cuts the connection, for a line that says so
 * could be taken for a piece.
 */
export class StreamedReply implements PieceReply {
  readonly hasBegun = true;
  readonly #call: Call;
  readonly #form: keyof typeof CONTENT_TYPES;

  /** Sends the head. */
  constructor(call: Call, form: keyof typeof CONTENT_TYPES) {
    this.#call = call;
    this.#form = form;
    call.takeOver();
    call.raw.writeHead(200, {
      'content-type': CONTENT_TYPES[form],
      'cache-control': 'no-cache',
      // nginx would hold pieces back until its buffer is full.
      'x-accel-buffering': 'no',
    });
  }

  take(piece: string): Promise<void> | undefined {
    const { raw } = this.#call;
    if (raw.destroyed) return undefined;
    const hasRoom = raw.write(this.#form === 'lines' ? `${piece}\n` : event(piece));
    return hasRoom ? undefined : this.#room();
  }

  end(): void {
    if (this.#form === 'lines') this.#call.raw.end();
    else this.#call.raw.end(event('{}', 'end'));
  }

  fail({ code, message }: RequestError): void {
    const { raw, id } = this.#call;
    if (this.#form === 'lines') raw.destroy();
    else raw.end(event(errorBody(code, message, id), 'error'));
  }

  /** Settles when the client has caught up, and when it has left. */
  #room(): Promise<void> {
    const { raw } = this.#call;
    return new Promise((resolve) => {
      const settle = (): void => {
        raw.off('drain', settle);
        raw.off('close', settle);
        resolve();
      };
      raw.on('drain', settle);
      raw.on('close', settle);
    });
  }
}

/** JSON has no line feeds of its own: one `data` line holds it. */
function event(data: string, type?: 'end' | 'error'): string {
  const field = type === undefined ? '' : `event: ${type}\n`;
  return `${field}data: ${data}\n\n`;
}

/** For clients that take JSON only: nothing is sent before the last piece is there. */
export class JoinedReply implements PieceReply {
  readonly hasBegun = false;
  readonly #call: Call;
  readonly #toBody: (pieces: readonly string[]) => string;
  readonly #pieces: string[] = [];

  constructor(call: Call, toBody: (pieces: readonly string[]) => string) {
    this.#call = call;
    this.#toBody = toBody;
  }

  take(piece: string): undefined {
    this.#pieces.push(piece);
  }

  end(): void {
    this.#call.sendJson(this.#toBody(this.#pieces), false);
  }

  fail(): void {}
}
