import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { join } from 'node:path';
import { type Client, createClient } from 'xgpt/client';
import { freshDataDir } from '../support/server.ts';
import {
  closeStagedApps,
  type StagedApp,
  standStill,
  startStagedApp,
} from '../support/staged_app.ts';
import { until } from '../support/wait.ts';
import { record } from './recorder.ts';

// Servers and streams, on a machine that may be busy.
setDefaultTimeout(120_000);
afterAll(closeStagedApps);

let app: StagedApp;
let client: Client;
beforeAll(async () => {
  app = await startStagedApp(({ username }, job) =>
    username === 'quick' ? { posts: 40 } : standStill(undefined, job),
  );
  client = createClient({ url: app.url });
});

async function started(count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, index) => `user_${index}`);
  return (await Promise.all(names.map(app.scrape))).map(({ id }) => id);
}

const allStreamsClosed = () =>
  until('all streams are closed', async () => (await app.watchers()) === 0);

/** Before the job exists. */
const LOADING = {
  loading: true,
  status: 'loading',
  jobId: null,
  progress: null,
  message: null,
  output: null,
  error: null,
  failure: null,
  attempt: null,
  attemptsUsed: null,
  maxAttempts: null,
  steps: [],
};

describe('the value of a store', () => {
  test('G6: every field is there from the start, and `loading` beside the status', async () => {
    const seen = record(client.track({ type: 'scrape', input: { username: 'quick' } }));
    await seen.reaches('completed');
    const fields = (state: object | undefined) => Object.keys(state ?? {}).sort();
    expect(seen.states[0]).toEqual(LOADING as never);
    for (const state of seen.states) {
      expect(fields(state)).toEqual(fields(LOADING));
      expect(state.loading).toBe(state.status === 'loading');
    }
    seen.stop();

    const unknown = record(client.track('scrape-nothing'));
    expect(unknown.states[0]).toEqual({ ...LOADING, jobId: 'scrape-nothing' } as never);
    const end = await unknown.reaches('not_found');
    expect(fields(end)).toEqual(fields(LOADING));
    expect(end).toMatchObject({ loading: false, message: null, attempt: null, steps: [] });
    unknown.stop();

    const refused = record(client.track({ type: 'scrap', input: {} } as never));
    const { error, ...rest } = await refused.reaches('refused');
    expect(error).toContain('scrap');
    const { error: _, ...none } = LOADING;
    expect(rest).toEqual({ ...none, loading: false, status: 'refused' } as never);
    refused.stop();
  });
});

describe('the connection', () => {
  test('G7: is closed when every job of its stores has ended, and opened again by a retry', async () => {
    const ids = await started(2);
    const stores = ids.map((id) => client.track(id));
    const seen = stores.map(record);
    await Promise.all(seen.map(({ reaches }) => reaches('running')));
    await stores[0]?.cancel();
    await seen[0]?.reaches('cancelled');
    expect(await app.watchers()).toBe(1);
    await stores[1]?.cancel();
    await seen[1]?.reaches('cancelled');
    await allStreamsClosed();

    await stores[0]?.retry();
    await seen[0]?.reaches('running');
    await until('it is open again', async () => (await app.watchers()) === 1);
    await stores[0]?.cancel();
    await seen[0]?.reaches('cancelled');
    await allStreamsClosed();
    const late = record(client.track(String(ids[0])));
    await late.reaches('cancelled');
    await allStreamsClosed();
    for (const { stop } of [...seen, late]) stop();
  });

  for (const runtime of ['node', process.execPath]) {
    const name = runtime === 'node' ? 'Node' : 'Bun';

    test(`G7: ${name} exits with stores still subscribed to jobs that have ended`, async () => {
      const folder = freshDataDir();
      const source = await (await fetch(`${app.url}/assets/client.js`)).text();
      await Bun.write(join(folder, 'client.mjs'), source);
      const [id = ''] = await started(1);
      await app.tracker.cancelJob(id);
      await Bun.write(
        join(folder, 'script.mjs'),
        `import { createClient } from './client.mjs';
         const { track } = createClient({ url: '${app.url}' });
         for (const id of ['${id}', 'scrape-nothing'])
           track(id).subscribe(({ status }) => console.log(status));`,
      );
      const child = Bun.spawn([runtime, join(folder, 'script.mjs')], { stdout: 'pipe' });
      const lines = (await new Response(child.stdout).text()).trim().split('\n');
      expect(await child.exited).toBe(0);
      expect(lines.sort()).toEqual(['cancelled', 'loading', 'loading', 'not_found']);
    });
  }
});
