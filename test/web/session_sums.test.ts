import { afterAll, expect, test } from 'bun:test';
import { closeApps, setupApp } from '../support/app.ts';
import { textOf } from '../views/job_view.ts';

afterAll(closeApps);

type Progress = { current: number; total: number };

/** A session of jobs that have come so far, as an earlier version may have stored them. */
async function sessionOf(...progress: [current: bigint, total: bigint][]) {
  const { database, json, request } = await setupApp();
  for (const [n, [current, total]] of progress.entries()) {
    database
      .query(`INSERT INTO jobs (id, type, status, session_id, progress_current, progress_total)
              VALUES (?, 'scrape', 'queued', 'large', ?, ?)`)
      .run(`scrape-${n}`, current, total);
  }
  const answer = await json('/api/sessions/large/jobs');
  const page = await request('/sessions/large');
  const { summary } = (await answer.json()) as { summary: { jobs: number; progress: Progress } };
  const text = textOf(await page.text());
  return { statuses: [answer.status, page.status], summary, text };
}

test('A2: three jobs with a total of 2^62 each are a session with a page', async () => {
  const { statuses, summary, text } = await sessionOf(
    [2n ** 61n, 2n ** 62n],
    [2n ** 61n, 2n ** 62n],
    [2n ** 61n, 2n ** 62n],
  );
  expect(statuses).toEqual([200, 200]);
  expect(summary).toMatchObject({ jobs: 3, progress: { current: 50, total: 100 } });
  expect(text).toContain('50 / 100 · 50 %');
});

test('A2: totals that together are more than JavaScript says exactly are in proportion', async () => {
  const most = BigInt(Number.MAX_SAFE_INTEGER);
  const { statuses, summary } = await sessionOf([0n, most], [most, most]);
  expect(statuses).toEqual([200, 200]);
  expect(summary.progress).toEqual({ current: 50, total: 100 });
});

test('A2: what people count is added up to the last one', async () => {
  const { summary, text } = await sessionOf([280n, 1_000n], [1n, 1n], [7n, 0n]);
  expect(summary.progress).toEqual({ current: 281, total: 1_001 });
  expect(text).toContain('281 / 1,001 · 28 %');
});
