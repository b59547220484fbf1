import { LinkReply } from './link-reply.js';

/** The number of a reply's request on the link; undefined of a reply that does not go over one. */
export function linkIdOf(rawReply: object): number | undefined {
  return rawReply instanceof LinkReply ? rawReply.id : undefined;
}
