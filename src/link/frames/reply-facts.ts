import { type ErrorCode, REQUEST_ERRORS } from '../../errors.js';
import { type FrameFigures, NO_FIGURES } from './frame.js';

/**
 * What a worker tells the master beside the reply: labels of logs and metrics,
 * and the run time its estimates learn from.
 */
export type ReplyFacts = {
  /** The matched route's pattern, e.g. `/v1/models/:name`; '' when none matched. */
  readonly route: string;
  /** '' when the request concerns no model. */
  readonly model: string;
  readonly version: string;
  /** Of an error reply in the contract's form; '' of any other. */
  readonly code: ErrorCode | '';
  readonly figures: FrameFigures;
};

export const NO_FACTS: ReplyFacts = {
  route: '',
  model: '',
  version: '',
  code: '',
  figures: NO_FIGURES,
};

/** The code that a frame names. */
export function knownCode(text: string): ErrorCode | '' {
  if (text === '') return text;
  return Object.hasOwn(REQUEST_ERRORS, text) ? (text as ErrorCode) : '';
}

/** The labels as lines, which end the head of a frame. */
export function labelLines({ route, model, version, code }: ReplyFacts): string {
  return `${route}\n${model}\n${version}\n${code}`;
}

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
    version: facts.version,
    code: facts.code,
    figures: {
      runMicros: figure(facts.figures.runMicros),
      inputMicros: figure(facts.figures.inputMicros),
      outputMicros: figure(facts.figures.outputMicros),
      rows: figure(facts.figures.rows),
      ownRows: figure(facts.figures.ownRows),
    },
  };
}

/** Notes how long the reply took to make, beside what is noted already. */
export function noteRunMicros(rawReply: object, runMicros: number): void {
  const { facts }: { facts?: ReplyFacts } = rawReply;
  if (facts === undefined) return;
  noteFacts(rawReply, { ...facts, figures: { ...facts.figures, runMicros } });
}

/** Notes that it is an error reply, beside what is noted already. */
export function noteCode(rawReply: object, code: ErrorCode | ''): void {
  const { facts }: { facts?: ReplyFacts } = rawReply;
  if (facts !== undefined) noteFacts(rawReply, { ...facts, code });
}

/** Routes and models are few and come again and again. */
const MOST_KNOWN = 1024;
const known = new Map<string, string>();

/** Facts travel as lines of latin1 text. */
function visible(text: string): string {
  const before = known.get(text);
  if (before !== undefined) return before;
  const made = text.replace(NOT_VISIBLE, '?');
  if (known.size < MOST_KNOWN) known.set(text, made);
  return made;
}

function figure(value: number): number {
  return value > 0 ? Math.min(Math.round(value), MAX_FIGURE) : 0;
}
