import type { FrameFigures } from './frame-writer.js';

/**
 * What a worker tells the master beside the reply: labels of logs and metrics,
 * and the run time its estimates learn from.
 */
export type ReplyFacts = FrameFigures & {
  /** The matched route's pattern, e.g. `/v1/models/:name`; '' when none matched. */
  readonly route: string;
  /** '' when the request concerns no model. */
  readonly model: string;
  /** Time the model computed for this request, microseconds; of a batch, its share. */
  readonly runMicros: number;
  /** Rows of input that ran together with this request, its own included. */
  readonly rows: number;
};

export const NO_FACTS: ReplyFacts = { route: '', model: '', runMicros: 0, rows: 0 };

const MAX_FIGURE = 2 ** 32 - 1;
const NOT_VISIBLE = /[^\x20-\x7e]/g;

/**
 * Notes the facts of a reply before it ends; of a streamed one, again before its
 * end. Does nothing on a reply that does not go over the link.
 */
export function noteFacts(rawReply: object, facts: ReplyFacts): void {
  const reply: { facts?: ReplyFacts } = rawReply;
  if (reply.facts === undefined) return;
  reply.facts = {
    route: visible(facts.route),
    model: visible(facts.model),
    runMicros: figure(facts.runMicros),
    rows: figure(facts.rows),
  };
}

/** Facts travel as lines of latin1 text. */
function visible(text: string): string {
  return text.replace(NOT_VISIBLE, '?');
}

function figure(value: number): number {
  return value > 0 ? Math.min(Math.round(value), MAX_FIGURE) : 0;
}
