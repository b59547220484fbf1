/** Several functions, several models: `count-words` is not a name in JavaScript, so `models` it is. */
function words(text) {
  return text.match(/\p{L}+/gu) ?? [];
}

export const models = {
  'count-words': (texts) => texts.map((text) => words(text).length),

  shout: {
    timeout: '1s',
    predict: (texts) => texts.map((text) => `${text.toUpperCase()}!`),
  },
};
