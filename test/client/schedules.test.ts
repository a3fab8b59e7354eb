import { afterAll, expect, test } from 'bun:test';
import { createClient, RequestError } from '../../src/client/index.ts';
import { closeApps, setupApp } from '../support/app.ts';

afterAll(closeApps);

test('40: a program adds, lists, pauses, resumes, runs and removes a schedule', async () => {
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
  const { lastRun } = await schedules.run(id);
  await web.ended(lastRun?.job?.id ?? '');
  expect(await schedules.runs(id)).toMatchObject([
    { outcome: 'started', job: { status: 'completed', result: { posts: 5 } } },
  ]);
  await schedules.remove(id);
  await expect(schedules.remove(id)).rejects.toThrow('There is no such schedule.');
  const refused = await schedules
    .add({ type: 'embed', input: {}, cron: '0 0 30 2 *' })
    .catch((error) => error);
  expect(refused).toBeInstanceOf(RequestError);
  expect(refused.details.cron).toContain('never due');
});
