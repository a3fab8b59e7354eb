import { describe, expect, test } from 'bun:test';
import { createConnections } from '../../src/connections/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { RateLimited } from '../../src/sources/source.ts';

const secretKey = new Uint8Array(32);
const START = Date.UTC(2026, 0, 1, 14, 0);

function setup(db = openDatabase(':memory:')) {
  const time = { now: START };
  const { rateLimits } = createConnections({ db, secretKey, now: () => new Date(time.now) });
  const said: string[] = [];
  const take = (gapMs: number, signal = new AbortController().signal, atOnce?: number) =>
    rateLimits.take('bluesky:public', gapMs, {
      signal,
      service: 'Bluesky',
      ...(atOnce && { atOnce }),
      onWaiting: (message) => said.push(message),
    });
  return { db, time, rateLimits, said, take };
}

describe('a rate limit', () => {
  test('spaces requests out, and says so when the wait is long', async () => {
    const { take, said } = setup();
    const started = performance.now();
    for (let request = 0; request < 4; request++) await take(20);
    expect(performance.now() - started).toBeGreaterThanOrEqual(59);
    expect(said).toEqual([]);
  });

  test('lets some follow each other at once after a pause, and no more over time than with gaps', async () => {
    const { take, time } = setup();
    const { signal } = new AbortController();
    // In more than a minute, a request is refused instead of waiting.
    const isTaken = () =>
      take(61_000, signal, 3).then(
        () => true,
        () => false,
      );
    const taken = async (requests: number) => {
      const answers = [];
      for (let request = 0; request < requests; request++) answers.push(await isTaken());
      return answers;
    };
    expect(await taken(4)).toEqual([true, true, true, false]);
    time.now += 61_000;
    expect(await taken(2)).toEqual([true, false]);
    time.now += 10 * 61_000;
    expect(await taken(4)).toEqual([true, true, true, false]);
  });

  test('that is due in more than a minute refuses at once, survives a restart, and then goes on', async () => {
    const { db, take } = setup();
    await take(300_000);
    const again = setup(db);
    const refusal = await again.take(300_000).catch((error) => error);
    expect(refusal).toBeInstanceOf(RateLimited);
    expect(refusal.retryAt).toEqual(new Date(START + 300_000));
    expect(refusal.message).toContain('goes on at 14:05 UTC');
    again.time.now += 300_000;
    await again.take(300_000);
  });

  test('held by the service lets nobody through until then, and the longer hold counts', async () => {
    const { rateLimits, take, time } = setup();
    await rateLimits.hold('bluesky:public', new Date(START + 300_000));
    await rateLimits.hold('bluesky:public', new Date(START + 60_001));
    expect(await rateLimits.heldUntil('bluesky:public')).toEqual(new Date(START + 300_000));
    expect(take(0)).rejects.toThrow('Rate limited by Bluesky, goes on at 14:05 UTC.');
    time.now = START + 300_000;
    expect(await rateLimits.heldUntil('bluesky:public')).toBeUndefined();
    await take(0);
  });

  test('tells of a wait of more than two seconds, and stops waiting on abort', async () => {
    const { rateLimits, take, said } = setup();
    await rateLimits.hold('bluesky:public', new Date(START + 30_000));
    const stop = new AbortController();
    const taken = take(0, stop.signal);
    await Bun.sleep(5);
    stop.abort(new Error('cancelled'));
    expect(taken).rejects.toThrow('cancelled');
    expect(said).toEqual(['Rate limited by Bluesky, goes on at 14:00:30 UTC']);
  });

  test('does not block for ever when the clock is set back', async () => {
    const { rateLimits, take, time } = setup();
    await take(20);
    time.now -= 86_400_000;
    await take(0);
    time.now += 86_400_000;
    await rateLimits.hold('bluesky:public', new Date(time.now + 300_000));
    time.now -= 86_400_000;
    const set = time.now;
    const refusal = await take(0).catch((error) => error);
    expect(refusal.retryAt).toEqual(new Date(set + 300_000));
    time.now += 300_000;
    await take(0);
  });
});
