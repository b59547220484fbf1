const SLAB_BYTES = 64 * 1024;
/** Elements of any dtype must begin at a multiple of their size. */
const ALIGNMENT_BYTES = 8;

/**
 * Memory for small arrays, as views of a larger one; Node's small Buffers are
 * made the same way. Memory of its own costs a small array more than its values
 * do, and makes full garbage collections frequent: a tenth of a worker's time.
 *
 * Nothing is ever used twice: a slab that is full is left to its arrays, and
 * goes with the last of them.
 */
export class Slab {
  /** What `reserve` has just given an offset in. */
  buffer: ArrayBuffer = new ArrayBuffer(SLAB_BYTES);
  #end = 0;

  /** Offset in `buffer` of so many bytes, all zero; at most 64 KiB. */
  reserve(bytes: number): number {
    const taken = Math.ceil(bytes / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
    if (this.#end + taken > SLAB_BYTES) {
      this.buffer = new ArrayBuffer(SLAB_BYTES);
      this.#end = 0;
    }
    const offset = this.#end;
    this.#end += taken;
    return offset;
  }
}
