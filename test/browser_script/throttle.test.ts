import { describe, expect, test } from 'bun:test';
import { throttle } from '../../src/browser/throttle.ts';

/** Counts its calls; the pauses end when the test says so. */
function setup() {
  const pauses: (() => void)[] = [];
  let calls = 0;
  const throttled = throttle(
    () => {
      calls += 1;
    },
    500,
    (end) => pauses.push(end),
  );
  return { throttled, endPause: () => pauses.shift()?.(), calls: () => calls };
}

describe('a throttled call', () => {
  test('goes through at once the first time', () => {
    const { throttled, calls } = setup();
    throttled();
    expect(calls()).toBe(1);
  });

  test('that came in a pause goes through at its end, once for all of them', () => {
    const { throttled, endPause, calls } = setup();
    for (let i = 0; i < 5; i += 1) throttled();
    expect(calls()).toBe(1);
    endPause();
    expect(calls()).toBe(2);
  });

  test('is followed by nothing when nothing came in the pause', () => {
    const { throttled, endPause, calls } = setup();
    throttled();
    endPause();
    expect(calls()).toBe(1);
  });

  test('at the end of a pause begins a pause of its own', () => {
    const { throttled, endPause, calls } = setup();
    throttled();
    throttled();
    endPause();
    throttled();
    expect(calls()).toBe(2);
    endPause();
    expect(calls()).toBe(3);
  });
});
