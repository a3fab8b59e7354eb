import { describe, expect, test } from 'bun:test';
import { ProgressRate } from '../../../src/jobs/engine/progress_rate.ts';
import { isStalled, StallDetector } from '../../../src/jobs/engine/stall_detector.ts';

/** Since when the job has been silent, if it counts as stalled. */
function stalledFor(stall: StallDetector, now: number): number | undefined {
  const silence = stall.silence(now);
  return isStalled(silence, stall.usualGap) ? silence : undefined;
}

describe('FEATURES 36: a stalled job', () => {
  test('is one that has been silent for 15 s, when it used to report often', () => {
    const stall = new StallDetector(0);
    for (let at = 100; at <= 1_000; at += 100) stall.moved(at);
    expect(stalledFor(stall, 16_000)).toBeUndefined();
    expect(stalledFor(stall, 16_001)).toBe(15_001);
  });

  test('is one that has been silent for three of its usual gaps, when that is longer', () => {
    const stall = new StallDetector(0);
    for (let at = 20_000; at <= 200_000; at += 20_000) stall.moved(at);
    expect(stalledFor(stall, 259_000)).toBeUndefined();
    expect(stalledFor(stall, 261_000)).toBe(61_000);
  });

  test('has recovered with its next report', () => {
    const stall = new StallDetector(0);
    expect(stalledFor(stall, 20_000)).toBe(20_000);
    stall.moved(20_000);
    expect(stalledFor(stall, 21_000)).toBeUndefined();
  });
});

describe('FEATURES 36: progress rate', () => {
  test('is unknown at first, then follows the reports smoothly', () => {
    const rate = new ProgressRate(0, 0, 1_000);
    expect(rate.perSecond).toBeUndefined();
    for (let second = 1; second <= 20; second++) rate.sample(second * 1_000, second * 10, 1_000);
    expect(rate.perSecond).toBeCloseTo(10, 5);
    rate.sample(21_000, 400, 1_000);
    expect(rate.perSecond).toBeGreaterThan(10);
    expect(rate.perSecond).toBeLessThan(200);
  });

  test('starts from the count of a resumed job, and again with another total', () => {
    const rate = new ProgressRate(0, 500, 1_000);
    rate.sample(1_000, 510, 1_000);
    expect(rate.perSecond).toBe(10);
    rate.sample(2_000, 3, 50);
    expect(rate.perSecond).toBeUndefined();
  });
});
