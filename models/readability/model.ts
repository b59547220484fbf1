/**
 * How hard an English text is to read, by two published formulas:
 *
 * - reading ease (R. Flesch, "A new readability yardstick", Journal of Applied Psychology 32, 1948):
 *   206.835 − 1.015 · words/sentences − 84.6 · syllables/words; 0 is very hard, 100 very easy
 * - grade (J. P. Kincaid et al., Research Branch Report 8-75, US Navy, 1975):
 *   0.39 · words/sentences + 11.8 · syllables/words − 15.59; years of US schooling
 *
 * Syllables are counted by their vowel groups, which is right for about nine words in ten.
 */
import { defineModel, InvalidInputError } from 'forkcast';

const WORD = /[A-Za-z]+(?:['’][A-Za-z]+)*/g;
const SENTENCE_END = /[.!?]+(?=\s|$|["'”’)])/g;
const VOWEL_GROUP = /[aeiouy]+/g;

export default defineModel({
  signature: {
    inputs: [{ name: 'text', dtype: 'string', shape: [-1] }],
    outputs: [
      { name: 'reading_ease', dtype: 'float64', shape: [-1] },
      { name: 'grade', dtype: 'float64', shape: [-1] },
    ],
  },
  warmup: { instances: ['The cat sat on the mat. It was warm.'] },

  predict({ text }) {
    const scores = text.data.map(score);
    return {
      reading_ease: scores.map((each) => each.readingEase),
      grade: scores.map((each) => each.grade),
    };
  },
});

function score(text: string, row: number): { readingEase: number; grade: number } {
  const words = text.match(WORD) ?? [];
  if (words.length === 0) {
    throw new InvalidInputError(`input "text" at row ${row}: expected English words, got none`);
  }
  const sentences = Math.max(1, text.match(SENTENCE_END)?.length ?? 0);
  const syllables = words.reduce((sum, word) => sum + countSyllables(word), 0);
  const wordsPerSentence = words.length / sentences;
  const syllablesPerWord = syllables / words.length;
  return {
    readingEase: rounded(206.835 - 1.015 * wordsPerSentence - 84.6 * syllablesPerWord),
    grade: rounded(0.39 * wordsPerSentence + 11.8 * syllablesPerWord - 15.59),
  };
}

/** Vowel groups, without a silent e at the end ("time", "used") but with the one of "table". */
function countSyllables(word: string): number {
  const letters = word.toLowerCase().replace(/[^a-z]/g, '');
  const spoken = letters.replace(/(?:[^laeiouy]es|[^aeioudty]ed|[^laeiouy]e)$/, (end) =>
    end.charAt(0),
  );
  return Math.max(1, spoken.match(VOWEL_GROUP)?.length ?? 0);
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
