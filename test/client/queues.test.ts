import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createClient, RequestError, type TypeQueue } from '../../src/client/index.ts';
import { closeApps, setupApp, type TestApp } from '../support/app.ts';

afterAll(closeApps);

let web: TestApp;
beforeAll(async () => {
  web = await setupApp();
});

const client = (signal?: AbortSignal) =>
  createClient({
    url: 'http://localhost:3000',
    fetch: async (url, init) => {
      init.signal?.throwIfAborted();
      return web.request(`${url.pathname}${url.search}`, init);
    },
    ...(signal && { signal }),
  });

const refusal = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

describe('FEATURES 42: a program sets queues', () => {
  test('FEATURES 42: pauses a type, lists it, and resumes it', async () => {
    const { types } = client();
    const { id } = await web.tracker.enqueue('embed', {});
    const paused: TypeQueue = await types.pause('embed');
    expect(paused).toMatchObject({ type: 'embed', waiting: 1, pausedAt: expect.any(String) });
    const listed = await types.list();
    expect(listed.find(({ type }) => type === 'embed')).toEqual(paused);
    expect((await types.resume('embed')).pausedAt).toBeUndefined();
    await web.tracker.cancelJob(id);
  });

  test('FEATURES 42: sets how many run at once, and takes it back', async () => {
    const { types } = client();
    const before = (await types.list()).find(({ type }) => type === 'scrape');
    const set = await types.setConcurrency('scrape', 7);
    expect(set).toMatchObject({ concurrency: 7, ownConcurrency: before?.concurrency });
    expect((await web.tracker.queues()).find(({ type }) => type === 'scrape')?.concurrency).toBe(7);
    expect(await types.setConcurrency('scrape', null)).toEqual(before as TypeQueue);
  });

  test('FEATURES 42: pauses and resumes a source', async () => {
    const { sources } = client();
    const paused = await sources.pause('sample');
    expect(paused).toMatchObject({ name: 'sample', pausedAt: expect.any(String) });
    expect((await web.tracker.reader.pausedSources()).has('sample')).toBe(true);
    expect((await sources.resume('sample')).pausedAt).toBeUndefined();
  });

  test('FEATURES 42: is told what is wrong', async () => {
    const { types, sources } = client();
    for (const limit of [0, 1_001, 1.5]) {
      const error = await refusal(types.setConcurrency('scrape', limit));
      expect(error).toBeInstanceOf(RequestError);
      expect(error).toMatchObject({ code: 'invalid_input', status: 422 });
      expect((error as RequestError).details.concurrency).toContain('1,000');
    }
    expect(await refusal(types.pause('crawl' as never))).toMatchObject({ status: 404 });
    expect(await refusal(sources.pause('nowhere'))).toMatchObject({ status: 404 });
    const aborted = client(AbortSignal.abort(new Error('enough')));
    expect(await refusal(aborted.types.list())).toMatchObject({ message: 'enough' });
  });
});

/** Never called: only read by `tsc`. */
export function whatDoesNotCompile() {
  const { types, schedules } = client();
  // @ts-expect-error a limit is a number
  types.setConcurrency('scrape', '2');
  // @ts-expect-error a search has a query
  schedules.add({ type: 'search', input: {} });
  // @ts-expect-error there is no such period
  schedules.edit('schedule-1', { every: 'year' });
}
