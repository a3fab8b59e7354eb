/** What Svelte does with a store: `get`, `derived` and `$store`, as its store module does it. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { type Client, createClient, type JobState } from 'xgpt/client';
import { closeStagedApps, type StagedApp, startStagedApp } from '../support/staged_app.ts';
import { until } from '../support/wait.ts';

// Servers and streams, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(closeStagedApps);

interface Readable<Value> {
  subscribe(run: (value: Value) => void, invalidate?: () => void): () => void;
}

let app: StagedApp;
let client: Client;
beforeAll(async () => {
  app = await startStagedApp();
  client = createClient({ url: app.url });
});

/** It asks for the value and leaves, in one go. */
function get<Value>({ subscribe }: Readable<Value>): Value {
  const values: Value[] = [];
  subscribe((value) => values.push(value))();
  expect(values).toHaveLength(1);
  return values[0] as Value;
}

/** Subscribes to its sources with its first subscriber, and leaves them with its last. */
function derived<Value, Result>(
  sources: Readable<Value>[],
  compute: (values: Value[]) => Result,
): Readable<Result> {
  return {
    subscribe(run) {
      const values: Value[] = [];
      const leave = sources.map(({ subscribe }, index) =>
        subscribe(
          (value) => {
            values[index] = value;
            if (values.length === sources.length) run(compute(values));
          },
          () => {},
        ),
      );
      return () => {
        for (const each of leave) each();
      };
    },
  };
}

test('get returns the current value without keeping a subscription', async () => {
  const { id } = await app.scrape('aurora_lab');
  const store = client.track(id);
  expect(get<JobState>(store)).toMatchObject({ status: 'loading', loading: true });
  const leave = store.subscribe(() => {});
  await until('get shows it', () => get<JobState>(store).progress === 28);
  leave();
  expect(get<JobState>(store)).toMatchObject({ jobId: id, status: 'running' });
});

test('derived stores subscribe to several jobs, and unsubscribe', async () => {
  const jobs = await Promise.all([app.scrape('one'), app.scrape('two')]);
  const stores = jobs.map(({ id }) => client.track(id));
  const running = derived<JobState, number>(
    stores,
    (states) => states.filter(({ status }) => status === 'running').length,
  );
  const counts: number[] = [];
  const leave = running.subscribe((count) => counts.push(count));
  await until('both run', () => counts.at(-1) === 2);
  for (const store of stores) await store.cancel();
  await until('none runs', () => counts.at(-1) === 0);
  leave();
  await app.tracker.retryJob(String(jobs[0]?.id));
  await app.reaches(String(jobs[0]?.id), 'running');
  expect(counts.at(-1)).toBe(0);
});

test('an error of one subscriber does not affect the others', async () => {
  const { id } = await app.scrape('three');
  const store = client.track(id);
  const errors: unknown[] = [];
  // The test runner lets nobody else catch what nobody catches.
  const { queueMicrotask } = globalThis;
  globalThis.queueMicrotask = (run) =>
    queueMicrotask(() => {
      try {
        run();
      } catch (error) {
        errors.push(error);
      }
    });
  let isFirst = true;
  store.subscribe(() => {
    if (!isFirst) throw new Error('The subscriber is broken.');
    isFirst = false;
  });
  const statuses: string[] = [];
  const leave = store.subscribe(({ status }) => statuses.push(status));
  await until('the other one hears', () => statuses.at(-1) === 'running');
  await until('the failure is told', () => errors.length > 0);
  globalThis.queueMicrotask = queueMicrotask;
  leave();
  store.unsubscribe();
});
