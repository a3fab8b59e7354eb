/** Waits until `promise` is settled, but not longer than `ms`. A failure of it is left to others. */
export async function waitAtMost(ms: number, promise: Promise<unknown> | undefined): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([promise?.catch(() => {}), late]);
  clearTimeout(timer);
}
