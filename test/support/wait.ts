/** Between two calls of a condition, in ms. */
const PAUSE_MS = { min: 5, max: 100 };

/** How many times longer the pause is than the call before it took. */
const PAUSE_PER_CALL = 4;

/** Of the wait so far, and at most so long in ms: what takes seconds is not asked for every few milliseconds. */
const LATER = { part: 1 / 20, maxMs: 50 };

/**
 * Waits until `condition` returns a truthy value, and returns that value.
 * To ask a server or a browser takes processor time that the awaited one needs: the longer the answer
 * takes, and the longer it has been awaited, the later it is asked again.
 * @param what completes the sentence "Waited … until" in the error.
 * @param ms the timeout; the default leaves room for a busy machine.
 * @throws when the timeout has passed.
 */
export async function until<Value>(
  what: string,
  condition: () => Value | Promise<Value>,
  ms = 30_000,
): Promise<NonNullable<Value>> {
  const begun = performance.now();
  for (;;) {
    const asked = performance.now();
    const value = await condition();
    if (value) return value as NonNullable<Value>;
    const now = performance.now();
    if (now - begun > ms) throw new Error(`Waited ${ms} ms until ${what}, without success.`);
    const later = Math.min(LATER.maxMs, (now - begun) * LATER.part);
    const pause = Math.max(PAUSE_MS.min, later, PAUSE_PER_CALL * (now - asked));
    await Bun.sleep(Math.min(PAUSE_MS.max, pause));
  }
}
