/** Between two calls of a condition, in ms. */
const PAUSE_MS = { min: 5, max: 100 };

/** How many times longer the pause is than the call before it took. */
const PAUSE_PER_CALL = 4;

/**
 * Waits until `condition` returns a truthy value, and returns that value.
 * To ask a server or a browser takes processor time that the awaited one needs: the longer the answer
 * takes, the later it is asked again.
 * @param what completes the sentence "Waited … until" in the error.
 * @param ms the timeout; the default leaves room for a busy machine.
 * @throws when the timeout has passed.
 */
export async function until<Value>(
  what: string,
  condition: () => Value | Promise<Value>,
  ms = 30_000,
): Promise<NonNullable<Value>> {
  const end = Date.now() + ms;
  for (;;) {
    const asked = performance.now();
    const value = await condition();
    if (value) return value as NonNullable<Value>;
    const took = performance.now() - asked;
    if (Date.now() > end) throw new Error(`Waited ${ms} ms until ${what}, without success.`);
    await Bun.sleep(Math.min(PAUSE_MS.max, Math.max(PAUSE_MS.min, PAUSE_PER_CALL * took)));
  }
}
