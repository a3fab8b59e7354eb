/**
 * Waits until `condition` gives something truthy, and returns it.
 * @throws when it has not within `ms`, which leaves room for a machine that is busy with others;
 * `what` says what was waited for.
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
    if (Date.now() > end) throw new Error(`Waited ${ms} ms in vain until ${what}.`);
    await Bun.sleep(5);
  }
}
