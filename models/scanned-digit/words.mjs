const WORDS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

/** The digit as a word, and how sure the model is. */
export default {
  signature: {
    inputs: [
      { name: 'label', dtype: 'int64', shape: [-1] },
      { name: 'probabilities', dtype: 'float32', shape: [-1, 10] },
    ],
    outputs: [
      { name: 'word', dtype: 'string', shape: [-1] },
      { name: 'confidence', dtype: 'float32', shape: [-1] },
    ],
  },
  maxBatchRows: 64,
  predict({ label, probabilities }) {
    const labels = Array.from(label.data, Number);
    return {
      word: labels.map((digit) => WORDS[digit]),
      confidence: labels.map((digit, row) => probabilities.data[10 * row + digit]),
    };
  },
};
