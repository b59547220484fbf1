/** Tells a reply when the run that makes it begins and ends. */

/** What only a reply over the link has. */
type RunWatch = { runBegan?(): void; runEnded?(): void };

/**
 * A run goes on after its client has left, until it looks at its signal or ends. Until then the
 * master must count its worker as busy, or it would blame the next request for the time.
 */
export function runBegan(rawReply: object): void {
  const reply: RunWatch = rawReply;
  reply.runBegan?.();
}

export function runEnded(rawReply: object): void {
  const reply: RunWatch = rawReply;
  reply.runEnded?.();
}
