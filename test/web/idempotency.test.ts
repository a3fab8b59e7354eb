import { afterAll, describe, expect, test } from 'bun:test';
import type { Job } from '../../src/jobs/index.ts';
import { closeApps, setupApp, type TestApp } from '../support/app.ts';

afterAll(closeApps);

const AURORA = { username: 'aurora_lab' };

const DAY_MS = 86_400_000;

const send = (web: TestApp, key: string, body: unknown = AURORA, path = '/api/scrape') =>
  web.json(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify(body),
  });

const countJobs = ({ tracker }: TestApp) => tracker.getAllJobs().length;

const errorOf = async (response: Response) =>
  ((await response.json()) as { error: { code: string; details: Record<string, string> } }).error;

/** The key was first used so long ago. */
const age = ({ database }: TestApp, ms: number) =>
  database.run('UPDATE idempotency_keys SET created_at = created_at - ?', [ms]);

describe('a request sent again with its key', () => {
  test('gets the first answer again, marked as such, and starts nothing', async () => {
    const web = await setupApp();
    const first = await send(web, 'one');
    const again = await send(web, 'one');
    expect(first.headers.has('idempotency-replayed')).toBe(false);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.status).toBe(202);
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'));
    expect(await again.text()).toBe(await first.text());
    expect(countJobs(web)).toBe(1);
  });

  test('may have its fields in another order', async () => {
    const web = await setupApp();
    await send(web, 'one', { username: 'aurora_lab', maxTweets: 3 });
    const again = await send(web, 'one', { maxTweets: 3, username: 'aurora_lab' });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    const item = { type: 'scrape', input: { username: 'aurora_lab', maxTweets: 3 } };
    const swapped = { input: { maxTweets: 3, username: 'aurora_lab' }, type: 'scrape' };
    await send(web, 'list', [item, { type: 'embed' }], '/api/jobs');
    expect((await send(web, 'list', [swapped, { type: 'embed' }], '/api/jobs')).status).toBe(202);
    expect((await send(web, 'list', [{ type: 'embed' }, item], '/api/jobs')).status).toBe(422);
  });

  test('may be a form, or a list', async () => {
    const web = await setupApp();
    const form = () => web.post('/api/search', { query: 'jazz' }, { 'idempotency-key': 'form' });
    expect(await (await form()).text()).toBe(await (await form()).text());
    const list = [1, 2, 0].map((maxTweets) => ({
      type: 'scrape',
      input: { ...AURORA, maxTweets },
    }));
    const first = await send(web, 'list', list, '/api/jobs');
    const again = await send(web, 'list', list, '/api/jobs');
    expect([first.status, again.status]).toEqual([207, 207]);
    expect(await again.text()).toBe(await first.text());
    expect(countJobs(web)).toBe(3);
  });

  test('gets it after a restart too, and when the job has gone', async () => {
    const before = await setupApp();
    const first = await (await send(before, 'one')).text();
    const after = await setupApp({}, {}, before.database);
    expect(await (await send(after, 'one')).text()).toBe(first);
    const { job } = JSON.parse(first) as { job: Job };
    await after.tracker.removeJob(job.id, { force: true });
    expect(await (await send(after, 'one')).text()).toBe(first);
    expect(countJobs(after)).toBe(0);
  });

  test('waits for the first when both come at once', async () => {
    const web = await setupApp();
    const answers = await Promise.all([1, 2, 3].map(() => send(web, 'one')));
    const [first, ...others] = await Promise.all(answers.map((answer) => answer.text()));
    expect(others).toEqual([first as string, first as string]);
    expect(countJobs(web)).toBe(1);
  });

  test('is another one after 24 hours, and old keys go as new ones come', async () => {
    const web = await setupApp();
    for (let index = 0; index < 25; index++) await send(web, `key ${index}`);
    age(web, DAY_MS - 60_000);
    expect((await send(web, 'key 0')).headers.has('idempotency-replayed')).toBe(true);
    age(web, 60_001);
    const kept = () =>
      (
        web.database.query('SELECT COUNT(*) AS kept FROM idempotency_keys').get() as {
          kept: number;
        }
      ).kept;
    expect((await send(web, 'key 0')).headers.has('idempotency-replayed')).toBe(false);
    expect(kept()).toBe(5);
    await send(web, 'new');
    expect(kept()).toBe(2);
  });

  test('with another key is meant twice, however fast it comes', async () => {
    const web = await setupApp();
    await Promise.all([send(web, 'one'), send(web, 'two')]);
    expect(countJobs(web)).toBe(2);
  });
});

describe('a request that broke off before its answer was kept', () => {
  /** As when the program ends between the start and the answer. */
  const breakOff = ({ database }: TestApp) =>
    database.run(`
      CREATE TRIGGER break_off BEFORE UPDATE ON idempotency_keys
      BEGIN SELECT RAISE(ABORT, 'broken off'); END`);

  test('is begun again and finds its job', async () => {
    const before = await setupApp();
    breakOff(before);
    expect((await send(before, 'one')).status).toBe(500);
    const [started] = before.tracker.getAllJobs();
    before.database.run('DROP TRIGGER break_off');
    const after = await setupApp({}, {}, before.database);
    const again = await send(after, 'one');
    expect(again.status).toBe(202);
    expect(((await again.json()) as { job: Job }).job.id).toBe(started?.id as string);
    expect(countJobs(after)).toBe(1);
  });

  test('finds all of a list, though the line is full by now, in their order', async () => {
    const web = await setupApp({ XGPT_MAX_WAITING: '3' });
    const list = [1, 2, 3].map((maxTweets) => ({
      type: 'scrape',
      input: { ...AURORA, maxTweets },
    }));
    breakOff(web);
    expect((await send(web, 'list', list, '/api/jobs')).status).toBe(500);
    web.database.run('DROP TRIGGER break_off');
    const again = await send(web, 'list', list, '/api/jobs');
    expect(again.status).toBe(202);
    const { results } = (await again.json()) as { results: { job: Job }[] };
    expect(results.map(({ job }) => job.metadata?.maxTweets)).toEqual([1, 2, 3]);
    expect(countJobs(web)).toBe(3);
  });
});

describe('a key', () => {
  test('of another request is refused, whatever differs', async () => {
    const web = await setupApp();
    await send(web, 'one');
    const others = [
      await send(web, 'one', { username: 'orbit_notes' }),
      await send(web, 'one', { query: 'jazz' }, '/api/search'),
    ];
    for (const other of others) {
      expect(other.status).toBe(422);
      expect((await errorOf(other)).code).toBe('idempotency_key_reused');
    }
    expect(countJobs(web)).toBe(1);
  });

  test('of a request that started nothing may be used again', async () => {
    const web = await setupApp({ XGPT_MAX_WAITING: '1' });
    expect((await send(web, 'one', { username: '' })).status).toBe(422);
    const { headers } = await send(web, 'one');
    const id = headers.get('location')?.split('/').at(-1) ?? '';
    expect((await send(web, 'two')).status).toBe(429);
    await web.tracker.cancelJob(id);
    expect((await send(web, 'two')).status).toBe(202);
  });

  test('that is empty, too long or has control characters is refused by name', async () => {
    const web = await setupApp();
    for (const key of ['', 'x'.repeat(256), 'a\tb']) {
      const refused = await send(web, key);
      expect(refused.status).toBe(422);
      expect(Object.keys((await errorOf(refused)).details)).toEqual(['Idempotency-Key']);
    }
    expect(countJobs(web)).toBe(0);
    expect((await send(web, 'x'.repeat(255))).status).toBe(202);
  });

  test('is refused with an upload, of which nothing is kept', async () => {
    const web = await setupApp();
    const body = new FormData();
    body.append('file', new File(['zip'], 'archive.zip'));
    const refused = await web.json('/api/scrape', {
      method: 'POST',
      headers: { 'idempotency-key': 'one' },
      body,
    });
    expect(refused.status).toBe(422);
    expect((await errorOf(refused)).details['Idempotency-Key']).toContain('/api/imports');
    expect(await (await web.json('/api/imports')).json()).toEqual({ imports: [] });
  });
});
