import { afterAll, expect, test } from 'bun:test';
import { closeApps, setupApp } from '../support/app.ts';
import { errand, setup } from '../support/jobs.ts';
import { until } from '../support/wait.ts';

afterAll(closeApps);

const MB = 1024 * 1024;

async function runOnce(
  run: Parameters<typeof errand>[0],
  options: Parameters<typeof setup>[0] = {},
) {
  const { tracker } = setup({ ...options, definitions: [errand(run)] });
  await tracker.start();
  const { id } = await tracker.enqueue('errand', { name: 'one' });
  const job = await until('it ends', () => {
    const read = tracker.getJob(id);
    return read?.completedAt ? read : undefined;
  });
  const { steps } = await tracker.reader.detailsOf(id);
  await tracker.stop();
  return { job, steps };
}

test('F8: a result of 50 MB fails the job at once, with an error that says so', async () => {
  const { job } = await runOnce(async () => ({ text: 'x'.repeat(50 * MB) }));
  expect(job).toMatchObject({ status: 'failed', failure: 'permanent', attempt: 1 });
  expect(job.errorMessage).toBe(
    'The result has 50 MB as JSON; the maximum is 1 MB. Return less and store the rest with commit, or raise XGPT_MAX_RESULT_KB.',
  );
  expect(job.result).toBeUndefined();
});

test('F8: the result of a step is bounded likewise', async () => {
  const { job, steps } = await runOnce(async (_, { step }) => {
    await step('collect', () => 'x'.repeat(2 * MB));
  });
  const message = 'The result of the step “collect” has 2 MB as JSON; the maximum is 1 MB.';
  expect(job.errorMessage).toStartWith(message);
  expect(job).toMatchObject({ status: 'failed', failure: 'permanent' });
  expect(steps).toMatchObject([{ name: 'collect', status: 'failed' }]);
});

test('F8: the limit counts bytes of JSON and can be set', async () => {
  const limit = { maxResultBytes: 300 };
  const most = await runOnce(async () => 'é'.repeat(149), limit);
  expect(most.job).toMatchObject({ status: 'completed', result: 'é'.repeat(149) as never });
  const more = await runOnce(async () => 'é'.repeat(150), limit);
  expect(more.job.errorMessage).toStartWith('The result has 1 KB as JSON; the maximum is 1 KB.');
});

test('F8: an input of more than 16 MB is refused, and holds up no other job', async () => {
  const { tracker } = setup({ definitions: [errand(async () => 'done')] });
  const large = tracker.createJob('errand', { text: 'x'.repeat(17 * MB) });
  const small = tracker.createJob('errand', { text: 'x' });
  await expect(large).rejects.toThrow('The input has more than 16 MB as JSON.');
  expect(tracker.getJob((await small).jobId)?.status).toBe('running');
  await tracker.stop();
});

test('F8: the page of a job with the largest result shows it once', async () => {
  const web = await setupApp();
  const { jobId } = await web.tracker.createJob('embed', {});
  await web.tracker.completeJob(jobId, true);
  const result = JSON.stringify({ rows: Array(40_000).fill('<b>a row & more</b>') });
  expect(result.length).toBeLessThan(MB);
  web.database.run('UPDATE jobs SET result = ? WHERE id = ?', [result, jobId]);
  const page = await web.request(`/jobs/${jobId}`, { headers: { accept: 'text/html' } });
  expect(page.status).toBe(200);
  // Escaping makes it larger; nothing shows it twice.
  expect((await page.text()).length).toBeLessThan(2 * MB);
});
