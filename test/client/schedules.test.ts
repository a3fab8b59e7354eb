import { afterAll, expect, test } from 'bun:test';
import { createClient, RequestError } from '../../src/client/index.ts';
import { closeApps, setupApp } from '../support/app.ts';

afterAll(closeApps);

test('FEATURES 40: a program adds, lists, pauses, resumes, runs and removes a schedule', async () => {
  const web = await setupApp();
  await web.tracker.start();
  const { schedules } = createClient({
    url: 'http://localhost:3000',
    fetch: (url, init) => web.request(`${url.pathname}${url.search}`, init),
  });
  const { id, nextDueAt } = await schedules.add({
    type: 'scrape',
    input: { username: 'aurora_lab', maxTweets: 5 },
    every: 'week',
    day: 'friday',
    timeZone: 'Europe/Berlin',
  });
  expect(new Date(nextDueAt ?? 0).getUTCDay()).toBe(5);
  expect((await schedules.list()).map((one) => one.id)).toEqual([id]);
  expect((await schedules.pause(id)).pausedAt).toBeString();
  expect((await schedules.resume(id)).nextDueAt).toBe(nextDueAt);
  const edited = await schedules.edit(id, { at: '04:30', priority: 5, timeoutMs: 600_000 });
  expect(edited).toMatchObject({ cron: '30 4 * * 5', priority: 5, timeoutMs: 600_000 });
  expect(await schedules.edit(id, { priority: null, timeoutMs: null })).toMatchObject({
    cron: '30 4 * * 5',
    priority: 0,
  });
  const { lastRun } = await schedules.run(id);
  await web.ended(lastRun?.job?.id ?? '');
  expect(await schedules.runs(id)).toMatchObject([
    { outcome: 'started', job: { status: 'completed', result: { posts: 5 } } },
  ]);
  await schedules.remove(id);
  await expect(schedules.remove(id)).rejects.toThrow('There is no such schedule.');
  const request = { type: 'embed', input: {} } as const;
  const keyed = { idempotencyKey: 'embed-1' };
  const [one, two] = [await schedules.add(request, keyed), await schedules.add(request, keyed)];
  expect(two.id).toBe(one.id);
  await schedules.remove(one.id);
  const refused = await schedules
    .add({ type: 'embed', input: {}, cron: '0 0 30 2 *' })
    .catch((error) => error);
  expect(refused).toBeInstanceOf(RequestError);
  expect(refused.details.cron).toContain('never due');
});
