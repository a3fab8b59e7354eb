import { dlopen, FFIType, ptr } from 'bun:ffi';

const CLOCK_MONOTONIC = 1;

const libc = dlopen('libc.so.6', {
  clock_gettime: { args: [FFIType.i32, FFIType.ptr], returns: FFIType.i32 },
});
const time = new BigInt64Array(2);

/** Milliseconds of the machine's monotonic clock. Bun's own clocks start at 0 in each process. */
export function monotonicMs(): number {
  libc.symbols.clock_gettime(CLOCK_MONOTONIC, ptr(time));
  return Number(time[0]) * 1_000 + Number(time[1]) / 1e6;
}

/** Lets the event loop turn once. `Bun.sleep(0)` would wait for a millisecond. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Resolves once `isDone` does not return false; `timeoutMs` ends the wait with `false`. */
export async function until(
  isDone: () => boolean | Promise<boolean>,
  timeoutMs: number,
  pollMs = 2,
): Promise<boolean> {
  const end = monotonicMs() + timeoutMs;
  while (!(await isDone())) {
    if (monotonicMs() > end) return false;
    await Bun.sleep(pollMs);
  }
  return true;
}
