import { describe, expect, test } from 'bun:test';
import { Speed } from '../../../src/jobs/engine/progress_rate.ts';
import { Pulse } from '../../../src/jobs/engine/stall_detector.ts';

describe('FEATURES 36: a job has stopped moving', () => {
  test('after 15 s of silence, when it used to report often', () => {
    const pulse = new Pulse(0);
    for (let at = 100; at <= 1_000; at += 100) pulse.beat(at);
    expect(pulse.silence(16_000)).toBeUndefined();
    expect(pulse.silence(16_001)).toBe(15_001);
  });

  test('after three times its usual gap, when that is longer', () => {
    const pulse = new Pulse(0);
    for (let at = 20_000; at <= 200_000; at += 20_000) pulse.beat(at);
    expect(pulse.silence(259_000)).toBeUndefined();
    expect(pulse.silence(261_000)).toBe(61_000);
  });

  test('and moves again with its next report', () => {
    const pulse = new Pulse(0);
    expect(pulse.silence(20_000)).toBe(20_000);
    pulse.beat(20_000);
    expect(pulse.silence(21_000)).toBeUndefined();
  });
});

describe('FEATURES 36: a job’s speed', () => {
  test('is unknown at first, then follows the rate smoothly', () => {
    const speed = new Speed(0, 0, 1_000);
    expect(speed.perSecond).toBeUndefined();
    for (let second = 1; second <= 20; second++) speed.sample(second * 1_000, second * 10, 1_000);
    expect(speed.perSecond).toBeCloseTo(10, 5);
    speed.sample(21_000, 400, 1_000);
    expect(speed.perSecond).toBeGreaterThan(10);
    expect(speed.perSecond).toBeLessThan(200);
  });

  test('counts from where a resumed job starts, and starts anew with another total', () => {
    const speed = new Speed(0, 500, 1_000);
    speed.sample(1_000, 510, 1_000);
    expect(speed.perSecond).toBe(10);
    speed.sample(2_000, 3, 50);
    expect(speed.perSecond).toBeUndefined();
  });
});
