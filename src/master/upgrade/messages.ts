/**
 * What two masters say to each other over the channel between them.
 *
 * The new one: `lent`, once for each socket it took, with a handle that the old one may listen on
 * again; `ready` when its workers are. The old one: `go`, when it has left the admin port. Then the
 * new one listens and says `serving`. `leaving`: it takes no more connections. `failed` says why it
 * ends. `lend` asks for handles once more.
 */
export type FromSuccessor =
  | { readonly type: 'lent'; readonly at: number }
  | { readonly type: 'ready' | 'serving' | 'leaving' }
  | { readonly type: 'failed'; readonly reason: string };

export type FromPredecessor = { readonly type: 'go' | 'lend' };

type Envelope<Message> = { readonly forkcastUpgrade: Message };

export function enveloped<Message>(message: Message): Envelope<Message> {
  return { forkcastUpgrade: message };
}

/** Undefined: something else was said. */
export function opened<Message>(said: unknown): Message | undefined {
  const isOne = typeof said === 'object' && said !== null && 'forkcastUpgrade' in said;
  return isOne ? (said as Envelope<Message>).forkcastUpgrade : undefined;
}
