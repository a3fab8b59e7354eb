/** A job that changes between the moment a request finds it and the moment it is to be changed. */
import { afterAll, expect, spyOn, test } from 'bun:test';
import { closeApps, setupApp } from '../support/app.ts';

afterAll(closeApps);

const POST = { method: 'POST', headers: { accept: 'application/json' } };

type Refusal = { error: { message: string } };

/** An app with an ended job, and one that waits. */
async function withJobs() {
  const app = await setupApp();
  const { id: waiting } = await app.tracker.enqueue('scrape', { username: 'ada' });
  const { id: ended } = await app.tracker.enqueue('scrape', { username: 'bea' });
  await app.tracker.cancelJob(ended);
  const ask = async (path: string, init: RequestInit = POST) => {
    const answer = await app.request(`/api/jobs/${path}`, init);
    return { status: answer.status, text: JSON.stringify((await answer.json()) as Refusal) };
  };
  return { ...app, waiting, ended, ask };
}

test('a job that ends before it can be cancelled: the refusal says how it ended', async () => {
  const { tracker, waiting, ask } = await withJobs();
  const cancelJob = tracker.cancelJob.bind(tracker);
  spyOn(tracker, 'cancelJob').mockImplementationOnce(async (id, options) => {
    await cancelJob(id);
    return cancelJob(id, options);
  });
  const { status, text } = await ask(`${waiting}/cancel`);
  expect(status).toBe(404);
  expect(text).toContain('It was cancelled');
});

test('a job that starts again before it can be removed: the refusal says that it waits', async () => {
  const { tracker, ended, ask } = await withJobs();
  const removeJob = tracker.removeJob.bind(tracker);
  spyOn(tracker, 'removeJob').mockImplementationOnce(async (id, options) => {
    await tracker.retryJob(id);
    return removeJob(id, options);
  });
  const { status, text } = await ask(ended, { ...POST, method: 'DELETE' });
  expect(status).toBe(409);
  expect(text).toContain('It is queued.');
});

test('a job that is retried before it can be retried: the refusal says that it is active', async () => {
  const { tracker, ended, ask } = await withJobs();
  const retryJob = tracker.retryJob.bind(tracker);
  spyOn(tracker, 'retryJob').mockImplementationOnce(async (id, options) => {
    await retryJob(id);
    return retryJob(id, options);
  });
  const { status, text } = await ask(`${ended}/retry`);
  expect(status).toBe(409);
  expect(text).toContain('The job is still active.');
});

test('a job that is removed before it can be moved is not there', async () => {
  const { tracker, waiting, ask } = await withJobs();
  const moveToFront = tracker.moveToFront.bind(tracker);
  spyOn(tracker, 'moveToFront').mockImplementationOnce(async (id, options) => {
    await tracker.removeJob(id, { force: true });
    return moveToFront(id, options);
  });
  const { status, text } = await ask(`${waiting}/first`);
  expect(status).toBe(404);
  expect(text).toContain('There is no such job.');
});
