/** A turn of the event loop as short as this leaves hardly a moment for a connection to come unseen. */
const SHORT_MS = 0.04;
/** After this any turn without a connection will do, and after twice that any turn at all. */
const PATIENCE_MS = 100;

/**
 * Waits for the best moment to close a listener. Connections that the kernel has
 * taken and nobody has accepted are reset by the closing; so it is done after a
 * turn of the event loop that had none to accept, and was short.
 *
 * @param accepted how many connections were accepted so far
 */
export async function quietTurn(accepted: () => number): Promise<void> {
  const startedMs = performance.now();
  await turn(); // the one that is under way may have looked before
  for (;;) {
    const before = accepted();
    const turnedMs = performance.now();
    await turn();
    const nowMs = performance.now();
    const waitedMs = nowMs - startedMs;
    const isQuiet = accepted() === before;
    if (isQuiet && (nowMs - turnedMs <= SHORT_MS || waitedMs >= PATIENCE_MS)) return;
    if (waitedMs >= 2 * PATIENCE_MS) return;
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
