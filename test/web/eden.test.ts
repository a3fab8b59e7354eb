/** What the types promise is checked by `tsc`; that it is so, and of every address, by the test. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { treaty } from '@elysiajs/eden';
import type { Api } from 'xgpt/api';
import type { BulkOutcome, Job, JobStatus } from '../../src/jobs/index.ts';
import type { Schedule } from '../../src/schedules/index.ts';
import type { ApiDocument } from '../../src/web/openapi/document.ts';
import { closeApps, setupApp, type TestApp } from '../support/app.ts';
import {
  accountFiles,
  manyTweets,
  part,
  temporaryFolder,
  writeZip,
} from '../support/archive_fixture.ts';
import { isTrue, type Same } from '../support/types.ts';
import { startXApiDouble } from '../support/x_api_double.ts';

afterAll(closeApps);

const x = startXApiDouble();
afterAll(() => x.stop());

let web: TestApp;
/** Each as `get /api/jobs`. */
const asked = new Set<string>();

beforeAll(async () => {
  web = await setupApp({ XGPT_X_API_URL: x.url, XGPT_PRIVATE_WEBHOOKS: 'on' });
  await web.tracker.start();
});

const client = (options: { parseDate?: boolean } = {}) =>
  treaty<Api>('http://localhost:3000', {
    ...options,
    headers: { accept: 'application/json' },
    fetcher: ((url: string, init: RequestInit) => {
      const method = init.method ?? 'GET';
      asked.add(`${method.toLowerCase()} ${decodeURIComponent(new URL(url).pathname)}`);
      return web.app.handle(new Request(url, init));
    }) as typeof fetch,
  });

test('a job is started, read and acted on with its types', async () => {
  const { api } = client();
  const started = await api.scrape.post({ username: 'aurora_lab', maxTweets: 5 });
  if (started.error) throw new Error(started.error.value.error.message);
  const { job } = started.data;
  isTrue<Same<typeof job, Job>>();
  expect(job.createdAt).toBeInstanceOf(Date);
  const { id } = job;
  await web.ended(id);

  const read = await api.jobs({ id }).get();
  const status: JobStatus | undefined = read.data?.job.status;
  expect(status).toBe('completed');
  expect(read.data?.job.attempts[0]?.outcome).toBe('completed');
  const listed = await api.jobs.get({ query: { type: 'scrape', status: 'completed', limit: 5 } });
  expect(listed.data?.jobs.map((one) => one.id)).toEqual([id]);
  const log = await api.jobs({ id }).log.get({ query: { position: 0 } });
  expect(log.data?.lines[0]?.at).toBeInstanceOf(Date);
  expect(log.data?.lines[0]?.text).toContain('posts');
  expect((await api.jobs({ id }).dismiss.post()).data?.job.dismissedAt).toBeInstanceOf(Date);
  // A free place takes it in the same transaction, unless the runner was claiming jobs just then.
  const retried = (await api.jobs({ id }).retry.post()).data?.job.status;
  expect(['queued', 'running']).toContain(retried as string);
  await web.ended(id);
  expect((await api.jobs({ id }).delete()).data?.job.id).toBe(id);
  expect((await api.jobs({ id }).get()).error?.value.error.code).toBe('not_found');
});

test('F13: a text that looks like a date stays text with `parseDate: false`, as docs/api.md says', async () => {
  const query = '2026-11-28';
  const { data } = await client({ parseDate: false }).api.search.post({ query, maxTweets: 1 });
  expect(data?.job.metadata?.query).toBe(query);
  const { job } =
    (
      await client({ parseDate: false })
        .api.jobs({ id: data?.job.id ?? '' })
        .get()
    ).data ?? {};
  expect(job?.metadata?.query).toBe(query);
  // Times are text too, in a form that Date reads.
  expect(job?.createdAt).toBeString();
  expect(new Date(job?.createdAt ?? 0).getFullYear()).toBeGreaterThan(2000);

  const revived = await client()
    .api.jobs({ id: data?.job.id ?? '' })
    .get();
  expect(revived.data?.job.metadata?.query).toBeInstanceOf(Date);
  expect(revived.data?.job.createdAt).toBeInstanceOf(Date);
  await web.ended(data?.job.id ?? '');
});

test('refusals say in their types what they say', async () => {
  const { api } = client();
  const refused = await api.search.post({ query: '', maxTweets: 5 });
  expect(refused.status).toBe(422);
  if (refused.error?.status !== 422) throw new Error('It was not refused.');
  expect(refused.error.value.error.details.query).toContain('Query is missing.');
});

test('many jobs are started and changed at once', async () => {
  const { api } = client();
  const batch = await api.jobs.post([
    { type: 'discover', input: { query: 'climbing coach', maxResults: 2 }, sessionId: 'monday' },
    { type: 'scrape', input: { username: 'aurora_lab', maxTweets: 5 }, sessionId: 'monday' },
  ]);
  const ids = batch.data?.results.flatMap((one) => ('job' in one ? one.job.id : [])) ?? [];
  expect(ids).toHaveLength(2);
  for (const id of ids) await web.ended(id);
  expect((await api.sessions({ id: 'monday' }).jobs.get()).data?.summary.jobs).toBe(2);
  expect((await api.sessions.get({ query: { limit: 5 } })).data?.sessions[0]?.id).toBe('monday');
  const bulk = await api.jobs.bulk.post({ action: 'remove', ids });
  isTrue<Same<NonNullable<typeof bulk.data>, BulkOutcome>>();
  expect(bulk.data).toEqual({ action: 'remove', done: 2, skipped: 0 });
});

test('what was collected is read', async () => {
  const { api, healthz } = client();
  const posts = await api.posts.get({ query: { author: 'aurora_lab', limit: 2 } });
  expect(posts.data?.posts.map(({ author }) => author)).toEqual(['aurora_lab', 'aurora_lab']);
  expect((await api.profiles.get({ query: { limit: 1 } })).data?.profiles).toHaveLength(1);
  expect((await api.history.get({ query: { by: 'day' } })).data?.by).toBe('day');
  expect((await api.audit.get({ query: { action: 'start' } })).data?.entries[0]?.at).toBeInstanceOf(
    Date,
  );
  const made = await api.webhooks.post({ url: 'http://127.0.0.1:9/' });
  expect(made.data?.secret).toStartWith('whsec_');
  const id = made.data?.webhook.id ?? '';
  expect((await api.webhooks({ id }).test.post()).data?.job.type as string).toBe('deliver');
  expect((await api.webhooks({ id }).pause.post()).data?.webhook.pausedAt).toBeInstanceOf(Date);
  expect((await api.webhooks({ id }).resume.post()).data?.webhook.waiting).toBeNumber();
  expect((await api.webhooks({ id: 'wh_none' }).remove.post()).status).toBe(404);
  expect((await api.webhooks({ id }).get()).data?.webhook.id).toBe(id);
  expect((await api.webhooks({ id }).delete()).data?.webhook.createdAt).toBeInstanceOf(Date);
  expect((await api.webhooks.get()).data?.webhooks).toEqual([]);
  expect((await api.imports.get()).data?.imports).toEqual([]);
  expect((await healthz.get()).data?.status).toBe('ok');
});

test('waiting work is cancelled and removed', async () => {
  const { api } = client();
  const { data } = await api.embed.post({ batchSize: 8, priority: 2, delayMs: 60_000 });
  const id = data?.job.id ?? '';
  expect(data?.job.runAt).toBeInstanceOf(Date);
  expect((await api.jobs({ id }).first.post()).data?.job.priority).toBe(2);
  expect((await api.jobs({ id }).cancel.post()).data?.job.status).toMatch(/^cancell/);
  await web.ended(id);
  expect((await api.jobs({ id }).pin.post()).data?.job.pinned).toBe(true);
  expect((await api.jobs({ id }).unpin.post()).data?.job.pinned).toBeUndefined();
  expect((await api.sessions({ id: 'none' }).delete()).data?.done).toBe(0);
  expect((await api.sessions({ id: 'none' }).remove.post()).data?.action).toBe('remove');
  expect((await api.jobs({ id }).remove.post({ force: false })).data?.job.id).toBe(id);
});

test('an archive is sent, undone and removed', async () => {
  const { api } = client();
  await using folder = await temporaryFolder();
  const path = await writeZip(`${folder.path}/mine.zip`, {
    ...accountFiles(),
    'data/tweets.js': part('tweets.part0', manyTweets(3)),
  });
  const file = new File([await Bun.file(path).arrayBuffer()], 'mine.zip');
  const kept = await api.imports.post({ file });
  expect(kept.data?.imports.map(({ name }) => name)).toEqual(['mine.zip']);
  const { data } = await api.imports({ name: 'mine.zip' }).undo.post();
  expect(data?.undone).toEqual({ name: 'mine.zip', removed: 0, stayed: 0 });
  expect((await api.imports({ name: 'mine.zip' }).remove.post()).data?.imports).toEqual([]);
});

test('a type and a source are paused, limited and resumed', async () => {
  const { api } = client();
  const search = api.types({ type: 'search' });
  expect((await search.pause.post()).data?.type.pausedAt).toBeInstanceOf(Date);
  expect((await search.concurrency.post({ concurrency: 3 })).data?.type.concurrency).toBe(3);
  expect((await search.concurrency.post({ concurrency: null })).data?.type.type).toBe('search');
  expect((await search.resume.post()).data?.type.pausedAt).toBeUndefined();
  expect((await api.types.get()).data?.types.map(({ type }) => type)).toContain('search');
  expect((await api.workers.get()).data?.processes).toBeInstanceOf(Array);
  expect((await api.workers.get()).data?.types[0]?.type).toBe('deliver');
  const sample = api.sources({ name: 'sample' });
  expect((await sample.pause.post()).data?.source.pausedAt).toBeInstanceOf(Date);
  expect((await sample.resume.post()).data?.source.pausedAt).toBeUndefined();
});

test('a source is connected, tested, given a budget and disconnected', async () => {
  const { api } = client();
  const source = api.sources({ name: 'x' });
  await source.credentials.post({ method: 'api', bearer_token: x.token });
  const { data } = await source.budget.post({ posts: 50, reset: false });
  expect(data?.source.connection).toMatchObject({ status: 'connected', budget: { cap: 50 } });
  expect((await source.test.post()).data?.source.connection?.test?.outcome).toBe('passed');
  expect((await source.credentials.remove.post()).status).toBe(200);
  const after = await source.credentials.delete();
  expect(after.data?.source.connection?.status).toBe('unconnected');
  const { data: all } = await api.sources.get();
  expect(all?.sources.map(({ name }) => name)).toContain('x');
});

test('a schedule is added, read, paused, resumed, run and removed', async () => {
  const { api } = client();
  const { data: added } = await api.schedules.post({
    type: 'scrape',
    input: { username: 'aurora_lab', maxTweets: 5 },
    every: 'week',
    day: 'friday',
    timeZone: 'Europe/Berlin',
  });
  const id = added?.schedule.id ?? '';
  expect(added?.schedule.nextDueAt).toBeInstanceOf(Date);
  const preview = await api.schedules.preview.get({ query: { every: 'hour', timeZone: 'UTC' } });
  const next: Date | undefined = preview.data?.dueAt[0];
  expect(next).toBeInstanceOf(Date);
  expect((await api.schedules.get()).data?.schedules).toHaveLength(1);
  const one = api.schedules({ id });
  expect((await one.pause.post()).data?.schedule.pausedAt).toBeInstanceOf(Date);
  expect((await one.resume.post()).data?.schedule.cron).toBe('0 3 * * 5');
  expect((await one.patch({ at: '04:30', priority: 5 })).data?.schedule.cron).toBe('30 4 * * 5');
  expect((await one.edit.post({ priority: null })).data?.schedule.priority).toBe(0);
  const { data: run } = await one.run.post();
  isTrue<Same<NonNullable<typeof run>['schedule'], Schedule>>();
  await web.ended(run?.schedule.lastRun?.job?.id ?? '');
  expect((await one.get()).data?.runs[0]?.job?.status).toBe('completed');
  expect((await one.delete()).data?.schedule.id).toBe(id);
  expect((await one.remove.post()).error?.status).toBe(404);
});

test('posts are found, and an author is counted', async () => {
  const { api } = client();
  const { data } = await api.find.get({ query: { q: 'nothing-like-it', by: 'words' } });
  expect(data).toMatchObject({ posts: [], total: 0 });
  const counted = await api.forget.post({
    username: 'aurora_lab',
    source: 'sample',
    onlyCount: true,
  });
  expect(counted.status).toBe(202);
});

test('FEATURES 47: a find is saved, opened and removed', async () => {
  const { api } = client();
  const { data } = await api.finds.post({ name: 'Jazz', q: 'jazz', by: 'words' });
  const { id = 0, query } = data?.find ?? {};
  expect((await api.finds.get()).data?.finds.map(({ name }) => name)).toEqual(['Jazz']);
  const renamed = await api.finds({ id }).rename.post({ name: 'Bebop' });
  expect(renamed.data?.find.name).toBe('Bebop');
  const opened = await api.finds({ id }).open.post();
  const posts: number | undefined = opened.data?.find.newPosts?.count;
  expect(posts).toBe(0);
  expect((await api.find.get({ query: { ...query, limit: 1 } })).status).toBe(200);
  expect((await api.finds({ id }).delete()).data?.find.openedAt).toBeInstanceOf(Date);
  expect((await api.finds({ id }).remove.post()).error?.value.error.code).toBe('not_found');
});

test('every address that the document has is among the types, but for what is live', async () => {
  const { api } = client();
  await api.discover.post({ query: 'jazz', maxResults: 1 });
  const { paths } = (await (await web.json('/openapi.json')).json()) as ApiDocument;
  const addresses = Object.entries(paths)
    .filter(([path]) => !/stream|events|metrics/.test(path))
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`));
  // The requests above compiled, so their addresses are among the types.
  const missing = addresses.filter((address) => {
    const pattern = new RegExp(`^${address.replace(/\{\w+\}/g, '[^/]+')}$`);
    return ![...asked].some((one) => pattern.test(one));
  });
  expect(missing).toEqual([]);
});

/** Never called: only read by `tsc`. */
export function whatDoesNotCompile() {
  const { api } = client();
  // @ts-expect-error a search has a query
  api.search.post({ maxTweets: 5 });
  // @ts-expect-error there is no such status
  api.jobs.get({ query: { status: 'lost' } });
  // @ts-expect-error there is no such action
  api.jobs.bulk.post({ action: 'explode', ids: [] });
  // @ts-expect-error there is no such address
  api.nothing.get();
}
