/** Streams whose reads take time, while what they read changes. */
import { afterAll, expect, test } from 'bun:test';
import type { JobEventReader } from '../../src/jobs/job_events.ts';
import { jobEventsStream, LiveJobEvents } from '../../src/web/live/job_events.ts';
import { JobUpdates } from '../../src/web/live/job_updates.ts';
import { closeApps, setupApp } from '../support/app.ts';
import { FEED } from '../support/job_feed.ts';
import { gate } from '../support/jobs.ts';

afterAll(closeApps);

/** Answers at once, unless it is held: then an answer is what was read when it was asked for. */
function slow<Values extends unknown[], Answer>(read: (...values: Values) => Promise<Answer>) {
  let held: Promise<void> | undefined;
  return {
    async read(...values: Values): Promise<Answer> {
      const until = held;
      const answer = await read(...values);
      await until;
      return answer;
    },
    /** Holds the answers to what is asked from now on, until the returned function is called. */
    hold(): () => void {
      const { promise, resolve } = gate();
      held = promise;
      return () => {
        held = undefined;
        resolve();
      };
    },
    /** Does not hold what is asked from now on. */
    letThrough(): void {
      held = undefined;
    },
  };
}

test('a change while streams read that there is nothing new: none of them misses it', async () => {
  const { tracker } = await setupApp();
  const updates = new JobUpdates(tracker.feed);
  const after = slow<
    Parameters<JobEventReader['after']>,
    Awaited<ReturnType<JobEventReader['after']>>
  >((place, limit) => tracker.events.after(place, limit));
  const events = { start: () => tracker.events.start(), after: after.read };
  const live = new LiveJobEvents({ tracker: { events }, updates });
  const open = () => jobEventsStream({ updates }, live, new Request(`http://localhost${FEED}`), {});
  const [early, late] = [await open(), await open()];
  for (const stream of [early, late]) expect(String(await stream.next())).toContain('feed.ready');
  const changeDuring = async (reading: Promise<unknown>) => {
    const told = new Promise<void>((resolve) => updates.subscribe(resolve));
    await tracker.createJob('embed');
    await told;
    return { reading };
  };
  let release = after.hold();
  const first = await changeDuring(Promise.resolve(early.next()));
  release();
  expect(await first.reading).toBe('');
  for (const stream of [early, late]) expect(String(await stream.next())).toContain('job.upsert');
  release = after.hold();
  const second = await changeDuring(Promise.resolve(early.next()));
  after.letThrough();
  // It does not wait for the read that began before the change.
  expect(String(await late.next())).toContain('job.upsert');
  release();
  expect(await second.reading).toBe('');
  expect(String(await early.next())).toContain('job.upsert');
});
