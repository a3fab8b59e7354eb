import { describe, expect, test } from 'bun:test';
import { Allowance, every, Pacer } from '../../src/platform/pacer.ts';
import { testClock } from '../support/clock.ts';

function setup(intervalMs: number, burstMs = 0) {
  const clock = testClock();
  const calls: number[] = [];
  const pacer = new Pacer(every(intervalMs, burstMs), () => calls.push(clock.elapsed()), clock);
  return { clock, calls, pacer };
}

describe('a pacer', () => {
  test('calls at once, then once per interval however many requests come', async () => {
    const { clock, calls, pacer } = setup(50);
    for (let ms = 0; ms < 200; ms += 10) {
      pacer.request();
      await clock.advance(10);
    }
    expect(calls).toEqual([0, 50, 100, 150, 200]);
  });

  test('calls after the last request, and not again without one', async () => {
    const { clock, calls, pacer } = setup(50);
    pacer.request();
    await clock.advance(20);
    pacer.request();
    await clock.advance(1_000);
    expect(calls).toEqual([0, 50]);
  });

  test('calls at once after a pause', async () => {
    const { clock, calls, pacer } = setup(50);
    pacer.request();
    await clock.advance(75);
    pacer.request();
    expect(calls).toEqual([0, 75]);
  });

  test('calls several times at once within its burst, and keeps the average', async () => {
    const { clock, calls, pacer } = setup(50, 100);
    for (let ms = 0; ms < 500; ms += 5) {
      pacer.request();
      await clock.advance(5);
    }
    expect(calls.slice(0, 3)).toEqual([0, 5, 10]);
    expect(calls).toHaveLength(13);
  });

  test('drops a request that waits when it is stopped', async () => {
    const { clock, calls, pacer } = setup(50);
    pacer.request();
    pacer.request();
    pacer.stop();
    await clock.advance(100);
    expect(calls).toEqual([0]);
  });

  test('calls earlier when an urgent request follows one that waits', async () => {
    const clock = testClock();
    let due = 100;
    let calls = 0;
    const pacer = new Pacer({ dueAt: () => due, spend() {} }, () => calls++, clock);
    pacer.request();
    due = 20;
    pacer.request();
    await clock.advance(20);
    expect(calls).toBe(1);
    await clock.advance(200);
    expect(calls).toBe(1);
  });
});

test('an allowance makes up for what was spent, up to its longest debt', () => {
  const allowance = new Allowance(1_000);
  allowance.spend(0, 300);
  allowance.spend(100, 300);
  expect(allowance.usedUntil).toBe(600);
  allowance.spend(100, 5_000);
  expect(allowance.usedUntil).toBe(1_100);
  allowance.spend(2_000, 10);
  expect(allowance.usedUntil).toBe(2_010);
});
