import { describe, expect, test } from 'bun:test';
import { backoff } from '../../src/jobs/engine/retry.ts';
import { SourceUnavailable } from '../../src/sources/source.ts';
import { setupApp } from '../support/app.ts';
import { errand, setup } from '../support/jobs.ts';

const MINUTE_MS = 60_000;

const { operations } = await setupApp();

/** The policies of the types that read from services. */
const POLICIES = ['scrape', 'search', 'discover'].map((type) => {
  const retry = operations.get(type)?.definition.retry;
  if (!retry) throw new Error(`There is no ${type}.`);
  return [type, retry] as const;
});

describe('an outage of a source', () => {
  test.each(POLICIES)('is outlasted by a %s for 8 minutes at least', (_, retry) => {
    const waits = Array.from({ length: retry.maxAttempts - 1 }, (_, n) => n + 1);
    const total = (random: number) =>
      waits.reduce((sum, attempts) => sum + backoff(attempts, retry, () => random), 0);
    expect(total(0)).toBeGreaterThan(7.5 * MINUTE_MS);
    expect(total(1)).toBeLessThan(20 * MINUTE_MS);
    expect(backoff(1, retry, () => 1)).toBe(1_000);
  });

  test.each(POLICIES)('of 7 minutes does not end a %s, one of a day does', async (_, retry) => {
    let endsAt = 0;
    const failing = errand(
      async () => {
        if (clock.now() < endsAt) throw new SourceUnavailable('The source is down.');
        return 'done';
      },
      { retry },
    );
    const { tracker, clock } = setup({ definitions: [failing] });
    await tracker.start();
    endsAt = clock.now() + 7 * MINUTE_MS;
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(13 * MINUTE_MS);
    expect(tracker.getJob(id)).toMatchObject({ status: 'completed', result: 'done' });
    endsAt = clock.now() + 24 * 60 * MINUTE_MS;
    const lost = await tracker.enqueue('errand', {});
    await clock.advance(21 * MINUTE_MS);
    expect(tracker.getJob(lost.id)).toMatchObject({ status: 'failed', failure: 'exhausted' });
  });
});
