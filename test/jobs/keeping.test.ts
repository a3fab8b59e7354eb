import { describe, expect, test } from 'bun:test';
import { errand, setup } from '../support/jobs.ts';

const DAY_MS = 86_400_000;

/** Ended jobs by their names, a month ago. */
async function ended() {
  const { tracker, clock } = setup({ definitions: [errand(async () => {})] });
  await tracker.start();
  const enqueue = async (name: string, sessionId?: string) =>
    (await tracker.enqueue('errand', { name }, sessionId ? { sessionId } : {})).id;
  const ids = {
    pinned: await enqueue('pinned'),
    session: await enqueue('session', 'night'),
    other: await enqueue('other'),
  };
  await clock.advance(0);
  expect(await tracker.pinJob(ids.pinned)).toBe(true);
  const names = () => tracker.getAllJobs().map(({ metadata }) => metadata?.name);
  /** What the pruner leaves after that time. */
  const keptAfter = async (ms: number) => {
    clock.skip(ms);
    await tracker.initialize();
    return names();
  };
  return { tracker, clock, ids, keptAfter };
}

describe('Keep: an old job', () => {
  test('Keep: is pruned, unless it is pinned or belongs to a session', async () => {
    const { keptAfter, tracker, ids } = await ended();
    expect(tracker.getJob(ids.pinned)?.pinned).toBe(true);
    expect(await keptAfter(30 * DAY_MS)).toEqual(['session', 'pinned']);
    await tracker.stop();
  });

  test('Keep: is pruned once it is no longer pinned, or its session is deleted', async () => {
    const { keptAfter, tracker, ids } = await ended();
    expect(await tracker.pinJob(ids.pinned, false)).toBe(true);
    expect(await tracker.pinJob(ids.pinned, false)).toBe(false);
    const outcome = await tracker.changeMatching('remove', { session: 'night' });
    expect(outcome).toEqual({ action: 'remove', done: 1, skipped: 0 });
    expect(await keptAfter(30 * DAY_MS)).toEqual([]);
    await tracker.stop();
  });

  test('Keep: that is pinned can be removed and retried like any other', async () => {
    const { clock, tracker, ids } = await ended();
    await tracker.retryJob(ids.pinned);
    await clock.advance(0);
    expect(tracker.getJob(ids.pinned)).toMatchObject({ status: 'completed', pinned: true });
    expect(await tracker.removeJob(ids.pinned)).toBe(true);
    expect(await tracker.pinJob(ids.pinned)).toBe(false);
    await tracker.stop();
  });
});
