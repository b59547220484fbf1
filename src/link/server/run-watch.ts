/** Lets a reply know of the run it is the reply of. */

/** What only a reply over the link has. */
type RunWatch = { runBegan?(): void; runEnded?(): void };

/**
 * A run goes on when its client leaves, until it looks at its signal or ends. Till then the master
 * must take its worker to be busy, or it would blame the next request for the time.
 */
export function runBegan(rawReply: object): void {
  const reply: RunWatch = rawReply;
  reply.runBegan?.();
}

export function runEnded(rawReply: object): void {
  const reply: RunWatch = rawReply;
  reply.runEnded?.();
}
