import { getHeapSpaceStatistics, type HeapSpaceInfo, setFlagsFromString } from 'node:v8';

/** The largest heap that is marked within some 10 ms. */
const SMALL_HEAP_BYTES = 32 * 1024 * 1024;
const LOOK_MS = 5000;
/** Cleared again and again by small collections, which do not mark. */
const YOUNG_SPACES: readonly string[] = ['new_space', 'new_large_object_space'];

/**
 * Has V8 mark this heap in one step while it is small.
 *
 * Bodies are buffers, and V8 begins to mark the heap with each 64 MB of buffers. In small steps
 * beside the work, marking costs three times as much as in one step, and buffers that come
 * meanwhile are kept until the next time. A large heap would stand still for too long, so there V8
 * decides for itself.
 */
export function markSmallHeapsAtOnce(): void {
  let isAtOnce = false;
  const look = (): void => {
    const shouldBe = isSmallHeap(getHeapSpaceStatistics());
    if (shouldBe === isAtOnce) return;
    isAtOnce = shouldBe;
    // Read by V8 whenever it is about to begin, so it may change at any time.
    setFlagsFromString(isAtOnce ? '--no-incremental-marking' : '--incremental-marking');
  };
  look();
  setInterval(look, LOOK_MS).unref();
}

/** Pure. */
export function isSmallHeap(
  spaces: readonly Pick<HeapSpaceInfo, 'space_name' | 'space_used_size'>[],
): boolean {
  let bytes = 0;
  for (const { space_name, space_used_size } of spaces) {
    if (!YOUNG_SPACES.includes(space_name)) bytes += space_used_size;
  }
  return bytes <= SMALL_HEAP_BYTES;
}
