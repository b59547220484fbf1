/**
 * The one bound on bytes held for clients: bodies arriving, queued and in
 * flight, slices of them, and replies not yet taken. Who reserves, releases.
 */
export class ByteBudget {
  /** May be changed at any time; what is held already stays. */
  limitBytes: number;
  #usedBytes = 0;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** More came than could be refused. */
  get isExceeded(): boolean {
    return this.#usedBytes > this.limitBytes;
  }

  /** False, and nothing reserved, when it would pass the limit. */
  reserve(bytes: number): boolean {
    if (this.#usedBytes + bytes > this.limitBytes) return false;
    this.#usedBytes += bytes;
    return true;
  }

  /** Counts bytes that are here already and cannot be refused: a worker's reply. May pass the limit. */
  add(bytes: number): void {
    this.#usedBytes += bytes;
  }

  /** Never below zero: a double release must not let the server take more than its limit. */
  release(bytes: number): void {
    this.#usedBytes = Math.max(0, this.#usedBytes - bytes);
  }
}
