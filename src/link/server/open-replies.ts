import type { LinkReply } from './link-reply.js';

/**
 * The replies a worker still owes, oldest first; nearly always the oldest is the
 * next to end.
 *
 * An array, and no Map by id: a Map that is added to and deleted from for ever
 * keeps making new tables, V8 links each to the next, and once one of them is
 * old the chain keeps every reply alive until the next full collection. Found by
 * a heap profile: 40 % of all that a worker allocated was promoted.
 */
export class OpenReplies {
  readonly #replies: LinkReply[] = [];

  get count(): number {
    return this.#replies.length;
  }

  add(reply: LinkReply): void {
    this.#replies.push(reply);
  }

  find(id: number): LinkReply | undefined {
    return this.#replies.find((reply) => reply.id === id);
  }

  remove(reply: LinkReply): void {
    const index = this.#replies.indexOf(reply);
    if (index === 0) this.#replies.shift();
    else if (index > 0) this.#replies.splice(index, 1);
  }

  /** Empties the list. */
  takeAll(): LinkReply[] {
    return this.#replies.splice(0);
  }
}
