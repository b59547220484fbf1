/** Routes of its own, beside the model: a page to try it by hand, and a stricter way to ask it. */
const GOOD = /\b(?:good|great|love|fine)\b/gi;
const BAD = /\b(?:bad|awful|hate|poor)\b/gi;

/** From −1, bad, to 1, good. */
export function predict(texts) {
  return texts.map((text) => {
    const [good, bad] = [GOOD, BAD].map((words) => text.match(words)?.length ?? 0);
    return good + bad === 0 ? 0 : (good - bad) / (good + bad);
  });
}

const REVIEW = {
  type: 'object',
  required: ['text'],
  properties: { text: { type: 'string', maxLength: 1000 } },
};

/** @type {import('forkcast').RoutesPlugin} */
export const routes = async (app, { models }) => {
  app.get('/', async (_request, reply) => {
    reply.type('text/html; charset=utf-8');
    return '<form><input name="text"><button formaction="rate">rate</button></form>';
  });

  app.get('/rate', { schema: { querystring: REVIEW } }, async ({ query }) => rate(query));
  app.post('/rate', { schema: { body: REVIEW } }, async ({ body }) => rate(body));

  async function rate({ text }) {
    const [score] = await models.reviews.predict([text]);
    return { text, score };
  }
};
