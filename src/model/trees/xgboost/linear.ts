import type { Values } from '../block.js';

/** XGBoost's linear booster: a weight for each feature and margin, and a bias for each margin. */
export class LinearWeights {
  readonly #weights: Float32Array;
  readonly #features: number;
  readonly #margins: number;

  /** @throws Error where they are too few or too many */
  constructor(weights: ArrayLike<number>, features: number, margins: number) {
    const expected = (features + 1) * margins;
    if (weights.length !== expected) {
      throw new Error(
        `learner.gradient_booster.model.weights: expected ${expected} numbers for ${features} features, got ${weights.length}`,
      );
    }
    this.#weights = Float32Array.from(weights);
    this.#features = features;
    this.#margins = margins;
  }

  /** A missing value adds nothing. Rounds after each step, as XGBoost does. */
  addTo(sums: Values, values: Values, rows: number): void {
    for (let row = 0; row < rows; row++) {
      for (let margin = 0; margin < this.#margins; margin++) {
        const to = row * this.#margins + margin;
        sums[to] = this.#sum(sums[to] as number, margin, values, row * this.#features);
      }
    }
  }

  #sum(start: number, margin: number, values: Values, from: number): number {
    const bias = this.#weights[this.#features * this.#margins + margin] as number;
    let sum = Math.fround(start + bias);
    for (let i = 0; i < this.#features; i++) {
      const value = values[from + i] as number;
      if (Number.isNaN(value)) continue;
      const weight = this.#weights[i * this.#margins + margin] as number;
      sum = Math.fround(sum + Math.fround(value * weight));
    }
    return sum;
  }
}
