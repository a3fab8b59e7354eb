import { describe, expect, test } from 'bun:test';
import { createLoginThrottle, TooManyAttempts } from '../../../src/web/auth/login_throttle.ts';

/** Time that only passes when the test says so; `sleeps` are the delays that were asked for. */
function setup() {
  const time = { now: 0 };
  const sleeps: { ms: number; end: () => void }[] = [];
  const sleep = (ms: number) => new Promise<void>((end) => sleeps.push({ ms, end }));
  const throttle = createLoginThrottle({ now: () => time.now, sleep });
  /** Wrong ones, each answered before the next. */
  const attempt = async (address: string, times: number) => {
    for (let done = 0; done < times; done++) {
      throttle.refuseTooMany(address);
      const answered = throttle.wrong(address);
      sleeps.at(-1)?.end();
      await answered;
    }
  };
  return { time, sleeps, throttle, attempt };
}

const delays = ({ sleeps }: ReturnType<typeof setup>) => sleeps.map(({ ms }) => ms);

describe('wrong tokens from one address', () => {
  test('are answered at once four times, and then ever later, up to four seconds', async () => {
    const all = setup();
    await all.attempt('192.0.2.1', 4);
    expect(delays(all)).toEqual([]);
    await all.attempt('192.0.2.1', 7);
    expect(delays(all)).toEqual([250, 500, 1000, 2000, 4000, 4000, 4000]);
  });

  test('F4: wait a hundred at a time; more are refused until one of them was answered', async () => {
    const { attempt, throttle, sleeps } = setup();
    await attempt('192.0.2.1', 4);
    const waiting = Array.from({ length: 100 }, () => {
      throttle.refuseTooMany('192.0.2.1');
      return throttle.wrong('192.0.2.1');
    });
    expect(() => throttle.refuseTooMany('192.0.2.1')).toThrow(TooManyAttempts);
    sleeps[0]?.end();
    await waiting[0];
    expect(() => throttle.refuseTooMany('192.0.2.1')).not.toThrow();
  });

  test('say when to come back, in whole seconds', async () => {
    const { attempt, throttle } = setup();
    await attempt('192.0.2.1', 6);
    for (let count = 0; count < 100; count++) void throttle.wrong('192.0.2.1');
    try {
      throttle.refuseTooMany('192.0.2.1');
      expect.unreachable();
    } catch (error) {
      expect((error as TooManyAttempts).retryAfterSeconds).toBe(4);
    }
  });

  test('are forgotten after a quarter of an hour without one', async () => {
    const all = setup();
    await all.attempt('192.0.2.1', 5);
    all.time.now += 15 * 60_000;
    await all.attempt('192.0.2.1', 4);
    expect(delays(all)).toEqual([250]);
  });

  test('do not slow another address', async () => {
    const all = setup();
    await all.attempt('192.0.2.1', 4);
    for (let count = 0; count < 100; count++) void all.throttle.wrong('192.0.2.1');
    expect(() => all.throttle.refuseTooMany('192.0.2.2')).not.toThrow();
    await all.attempt('192.0.2.2', 4);
    expect(all.sleeps).toHaveLength(100);
  });
});

test('an IPv6 network counts as one address, and an IPv4 one in disguise as itself', async () => {
  const all = setup();
  for (const address of [
    '2001:db8::1',
    '2001:db8:0:0:1::',
    '2001:db8::ffff:2',
    '2001:db8::%eth0',
  ]) {
    await all.attempt(address, 1);
  }
  await all.attempt('2001:db8:0:1::1', 1);
  expect(delays(all)).toEqual([]);
  await all.attempt('2001:db8::5', 1);
  expect(delays(all)).toEqual([250]);
  await all.attempt('192.0.2.1', 4);
  await all.attempt('::ffff:192.0.2.1', 1);
  expect(delays(all)).toEqual([250, 250]);
});

test('of many addresses those that were quiet longest are forgotten', async () => {
  const all = setup();
  await all.attempt('192.0.2.1', 4);
  await all.attempt('192.0.2.2', 4);
  for (let count = 0; count < 9_998; count++)
    await all.attempt(`10.0.${count >> 8}.${count & 255}`, 1);
  await all.attempt('192.0.2.2', 1);
  expect(delays(all)).toEqual([250]);
  await all.attempt('198.51.100.1', 1);
  await all.attempt('192.0.2.1', 4);
  expect(delays(all)).toEqual([250]);
});
