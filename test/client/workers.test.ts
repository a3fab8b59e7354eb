import { afterAll, expect, test } from 'bun:test';
import { createClient } from '../../src/client/index.ts';
import { closeApps, setupApp } from '../support/app.ts';

afterAll(closeApps);

test('FEATURES 44: a program reads the processes and the queues, also with the reader’s token', async () => {
  const web = await setupApp({
    XGPT_TOKEN: 'a-token-of-16-signs',
    XGPT_READ_TOKEN: 'a-reader-of-16-signs',
  });
  await web.tracker.pauseType('scrape');
  await web.tracker.enqueue('scrape', { username: 'aurora_lab' });
  const client = createClient({
    url: 'http://localhost:3000',
    token: 'a-reader-of-16-signs',
    fetch: (url, init) => web.request(`${url.pathname}${url.search}`, init),
  });
  const { processes, types, sources } = await client.workers();
  expect(processes).toBeArray();
  expect(types.find(({ type }) => type === 'scrape')).toMatchObject({ waiting: 1, running: 0 });
  expect(sources.map(({ name }) => name)).toContain('sample');
});
