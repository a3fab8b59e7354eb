import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Job } from '../../src/jobs/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { closeApps, setupApp, type TestApp } from '../support/app.ts';
import { FEED, leaving, state, told } from '../support/job_feed.ts';
import { seeded } from '../support/scheduler.ts';
import { until } from '../support/wait.ts';

const folder = mkdtempSync(join(tmpdir(), 'xgpt-events-'));

afterAll(async () => {
  await closeApps();
  rmSync(folder, { recursive: true });
});

/** Two processes on one database. */
async function twoApps(path: string) {
  return [
    await setupApp({}, {}, openDatabase(path)),
    await setupApp({}, {}, openDatabase(path)),
  ] as const;
}

test('FEATURES 45: has no gap and no repeat, however often connections break, in two processes', async () => {
  const apps = await twoApps(join(folder, 'xgpt.sqlite'));
  const seed = Number(process.env.XGPT_TEST_SEED ?? Date.now() % 2 ** 31);
  const random = seeded(seed);
  const requests = Array.from({ length: 500 }, (_, n) => ({ query: `topic ${n}` }));
  await apps[0].tracker.enqueueMany(requests.map((input) => ({ type: 'search' as const, input })));
  const reader = new CutReader(apps, random);
  const reading = reader.run();
  await disturb(apps, random);
  const expected = async () => {
    const jobs = (await apps[0].tracker.reader.listJobs({ limit: 1_000 })).jobs;
    return new Map(jobs.map((job) => [job.id, state(JSON.parse(JSON.stringify(job)) as Job)]));
  };
  const differing = async () => reader.differences(await expected());
  try {
    await until(
      'the reader knows what the database has',
      async () => (await differing()).length === 0,
    );
  } catch (cause) {
    throw new Error(`XGPT_TEST_SEED=${seed}: ${(await differing()).slice(0, 5).join('\n')}`, {
      cause,
    });
  }
  reader.isDone = true;
  // It may wait for an event.
  await apps[0].tracker.createJob('embed');
  await reading;
  expect(reader.repeats).toEqual([]);
  expect(reader.resets).toBe(0);
  expect(reader.cuts).toBeGreaterThan(20);
});

/** Changes jobs at random in both processes. */
async function disturb(apps: readonly [TestApp, TestApp], random: () => number): Promise<void> {
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item;
  const tracked: { app: TestApp; id: string; at: number }[] = [];
  let ids: string[] = [];
  for (let step = 0; step < 400; step++) {
    const app = pick(apps);
    const { tracker } = app;
    const what = random();
    if (step % 50 === 0)
      ids = (await tracker.reader.listJobs({ limit: 1_000 })).jobs.map(({ id }) => id);
    if (what < 0.1) tracked.push({ app, id: (await tracker.createJob('embed')).jobId, at: 0 });
    else if (what < 0.4 && tracked.length > 0) {
      const one = pick(tracked);
      await one.app.tracker.updateProgress(one.id, ++one.at, 1_000, `At ${one.at}`);
    } else if (what < 0.5 && tracked.length > 0) {
      const one = pick(tracked);
      await one.app.tracker.completeJob(one.id, random() < 0.5, 'Something was missing.');
    } else if (what < 0.7) await tracker.cancelJob(pick(ids));
    else if (what < 0.8) await tracker.retryJob(pick(ids));
    else if (what < 0.9) await tracker.removeJob(pick(ids), { force: random() < 0.5 });
    else await tracker.enqueue('search', { query: `late ${step}` });
    if (step % 5 === 0) await Bun.sleep(1);
  }
}

/** A program that reads the feed over connections that break at any byte. */
class CutReader {
  readonly known = new Map<string, string>();
  readonly repeats: string[] = [];
  resets = 0;
  cuts = 0;
  isDone = false;
  #last: string | undefined;

  constructor(
    private readonly apps: readonly TestApp[],
    private readonly random: () => number,
  ) {}

  async run(): Promise<void> {
    while (!this.isDone) {
      const app = this.apps[this.random() < 0.5 ? 0 : 1] as TestApp;
      const headers: Record<string, string> = this.#last ? { 'last-event-id': this.#last } : {};
      const { signal, abort } = leaving();
      const { body } = await app.request(FEED, { headers, signal });
      await this.#readSome(body as ReadableStream<Uint8Array>, abort);
      this.cuts++;
    }
  }

  async #readSome(body: ReadableStream<Uint8Array>, abort: () => void): Promise<void> {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    let left = Math.floor(this.random() ** 3 * 40_000);
    let text = '';
    while (left > 0 && !this.isDone) {
      const { value, done } = await reader.read();
      if (done) break;
      text += decoder.decode(value.subarray(0, left), { stream: true });
      left -= value.length;
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) this.#take(event);
    }
    abort();
    await reader.cancel();
  }

  #take(text: string): void {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1] ?? '';
    this.#last = field('id') || this.#last;
    const { type, job, jobId } = told({ type: field('event'), data: field('data') });
    if (type === 'feed.reset') this.resets++;
    if (job) this.#note(job.id, state(job));
    if (jobId) this.#note(jobId, 'deleted');
  }

  #note(id: string, now: string): void {
    if (this.known.get(id) === now) this.repeats.push(`${id} ${now}`);
    this.known.set(id, now);
  }

  /** What it knows otherwise than the database does. Jobs that had ended before it began are unknown. */
  differences(expected: Map<string, string>): string[] {
    const wrong = [...this.known].filter(([id, is]) => (expected.get(id) ?? 'deleted') !== is);
    const missing = [...expected].filter(([id]) => !this.known.has(id));
    return [...wrong, ...missing].map(([id, is]) => `${id}\n  ${is}\n  ${expected.get(id)}`);
  }
}
