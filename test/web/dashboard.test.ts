import { afterAll, describe, expect, test } from 'bun:test';
import type { Source } from '../../src/sources/source.ts';
import { closeApps, setupApp, type TestApp } from '../support/app.ts';
import { elements, fieldsOf } from '../views/pages/fixtures.ts';

afterAll(closeApps);

const pageOf = async ({ request }: TestApp, path = '/') => (await request(path)).text();

const notes: Source = {
  name: 'notes',
  label: 'the river notes',
  pageSize: 20,
  pageMs: 0,
  async *posts() {},
};

describe('E5: an empty dashboard', () => {
  test('offers Bluesky by name, the archive, and the sample with one click', async () => {
    const page = await pageOf(await setupApp());
    const forms = fieldsOf(page, '/api/scrape');
    expect(forms.map(({ source }) => source)).toEqual(['bluesky', 'archive', 'sample']);
    expect(forms[0]).toEqual({ username: '', source: 'bluesky' });
    expect(forms[1]).toMatchObject({ file: '' });
    expect(forms[2]).toEqual({ username: 'aurora_lab', maxTweets: '200', source: 'sample' });
  });

  test('leads to the Sources page where a source has to be connected first', async () => {
    const page = await pageOf(await setupApp());
    const links = elements(page, '.beginning a').map(({ attributes }) => attributes.href);
    expect(links).toEqual(['/sources#source-x']);
  });

  test('offers a source that was added, by itself', async () => {
    const app = await setupApp();
    (app.sources as Map<string, Source>).set('notes', notes);
    const page = await pageOf(app);
    expect(elements(page, '.beginning h2')).toHaveLength(app.sources.size);
    expect(fieldsOf(page, '/api/scrape')).toContainEqual({ username: '', source: 'notes' });
    expect(page).toContain('Collects the posts of a user from the river notes.');
  });

  test('E4: leads on after the job of its button', async () => {
    const app = await setupApp();
    await app.tracker.start();
    const forms = fieldsOf(await pageOf(app), '/api/scrape');
    const sample = forms.find(({ source }) => source === 'sample') ?? {};
    const { job } = (await (
      await app.post('/api/scrape', sample, { accept: 'application/json' })
    ).json()) as { job: { id: string } };
    await app.ended(job.id);
    const page = await pageOf(app);
    const [first] = elements(page, '.next-steps a');
    expect(first?.attributes.href).toBe('/find?author=aurora_lab');
    expect(page).toContain('See the 200 posts');
    expect(page).toContain('Embed 200 posts');
  });
});

describe('B6: a job that waits in the queue', () => {
  const shown = async (app: TestApp, id: string) => {
    const { job } = (await (await app.json(`/api/jobs/${id}`)).json()) as {
      job: { status: string; startedAt?: string };
    };
    const text = await (
      await app.request(`/api/jobs/${id}`, { headers: { accept: 'text/plain' } })
    ).text();
    return { ...job, text };
  };

  test('has not started, in the JSON, the text and the pages', async () => {
    const app = await setupApp();
    const { id } = await app.tracker.enqueue('scrape', { username: 'aurora_lab' });
    const job = await shown(app, id);
    expect(job.status).toBe('queued');
    expect(job.startedAt).toBeUndefined();
    expect(job.text).not.toContain('started ');
    for (const path of ['/', '/jobs', '/scrape'])
      expect(await pageOf(app, path)).toContain('queued <time');
    expect(await pageOf(app, `/jobs/${id}`)).not.toContain('<dt>Started</dt>');
  });

  test('has not started either when it is queued again', async () => {
    const app = await setupApp();
    await app.tracker.start();
    const { id } = await app.tracker.enqueue('scrape', { username: 'aurora_lab' });
    expect((await app.ended(id)).startedAt).toBeDefined();
    await app.tracker.stop();
    await app.tracker.retryJob(id);
    const job = await shown(app, id);
    expect(job.status).toBe('queued');
    expect(job.startedAt).toBeUndefined();
    await app.tracker.cancelJob(id);
    expect((await shown(app, id)).startedAt).toBeUndefined();
  });
});
