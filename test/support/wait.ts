/**
 * Waits until `condition` returns a truthy value, and returns that value.
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
    const value = await condition();
    if (value) return value as NonNullable<Value>;
    if (Date.now() > end) throw new Error(`Waited ${ms} ms until ${what}, without success.`);
    await Bun.sleep(5);
  }
}
