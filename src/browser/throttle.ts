/**
 * At most one call in `ms` milliseconds: the first at once, and one at the end of the time for all
 * that came meanwhile.
 */
export function throttle(
  call: () => void,
  ms: number,
  later: (call: () => void, ms: number) => unknown = setTimeout,
): () => void {
  let resting = false;
  let again = false;
  return function throttled(): void {
    again = resting;
    if (resting) return;
    resting = true;
    call();
    later(() => {
      resting = false;
      if (again) throttled();
    }, ms);
  };
}
