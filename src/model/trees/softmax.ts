import type { Values } from './block.js';

/** Probabilities of classes, `width` a row, in the place of their scores. */
export function softmax(scores: Values, width: number): void {
  for (let first = 0; first < scores.length; first += width) {
    const end = first + width;
    let most = scores[first] as number;
    for (let i = first + 1; i < end; i++) most = Math.max(most, scores[i] as number);
    let sum = 0;
    for (let i = first; i < end; i++) {
      const power = Math.exp((scores[i] as number) - most);
      scores[i] = power;
      sum += power;
    }
    for (let i = first; i < end; i++) scores[i] = (scores[i] as number) / sum;
  }
}
