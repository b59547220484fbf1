/** Streaming: each piece goes to the client as soon as it is there. */
import { setTimeout as delay } from 'node:timers/promises';

const STORY = 'once upon a time there was a queue and everybody got their turn';

export default {
  timeout: '5s', // to the first piece, and from each to the next

  async *predict([prompt], { signal }) {
    const words = String(prompt).split(' ').concat(STORY.split(' '));
    for (const [index, token] of words.entries()) {
      await delay(5, undefined, { signal }); // in place of a model that makes the next token
      yield { index, token };
    }
  },
};
