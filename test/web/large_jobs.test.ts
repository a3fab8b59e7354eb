import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { eventsOf } from '../../src/client/event_reader.ts';
import { boundedError } from '../../src/jobs/engine/tidying.ts';
import type { JobType } from '../../src/jobs/index.ts';
import { closeApps, setupApp, type TestApp } from '../support/app.ts';

// Each page reads tens of megabytes, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(closeApps);

const MB = 1024 * 1024;

/** What a page, an event or a list may grow by for each of these jobs, in bytes. */
const ROOM = 12_000;

/** Three million characters, of which every part can be told from the others. */
const long = (word: string) => `${word} é😀`.repeat((3 * MB) / (word.length + 4));

const TEXTS = { asked: long('asked'), failed: long('failed'), brought: long('brought') };

/** Of an error its beginning is stored, and how long it was. */
const STORED_ERROR = boundedError(TEXTS.failed);

let app: TestApp;
/** What a page weighs when there are no such jobs, in bytes. */
const plain = new Map<string, number>();

const LISTS = ['/', '/jobs', '/scrape', '/search', '/api/jobs', '/jobs?q=asked'];

beforeAll(async () => {
  app = await setupApp();
  await app.tracker.createJob('scrape', { username: 'aurora_lab', sessionId: 'large' });
  for (const path of LISTS) plain.set(path, (await read(path)).length);
});

async function read(path: string, accept = 'text/html'): Promise<string> {
  const response = await app.request(path, { headers: { accept } });
  expect([path, response.status]).toEqual([path, 200]);
  return response.text();
}

/** A running, a failed and a completed job, each with long texts only. */
async function largeJobs() {
  const metadata = {
    query: TEXTS.asked,
    username: TEXTS.asked,
    list: Array.from({ length: 100_000 }, (_, n) => `entry ${n}`),
  };
  const running = await app.tracker.createJob('search', metadata);
  await running.updateProgress(1, 2, TEXTS.asked);
  const failed = await app.tracker.createJob('scrape', metadata);
  await app.tracker.completeJob(failed.jobId, false, TEXTS.failed);
  const completed = await app.tracker.createJob('embed' as JobType, metadata);
  await app.tracker.completeJob(completed.jobId, true);
  const result = {
    username: TEXTS.brought,
    model: TEXTS.brought,
    embedded: 3,
    note: TEXTS.brought,
  };
  const stored = app.database.query(
    "UPDATE jobs SET result = ?, session_id = 'large' WHERE id = ?",
  );
  stored.run(JSON.stringify(result), completed.jobId);
  return { running: running.jobId, failed: failed.jobId, completed: completed.jobId };
}

/** The first event of a stream, as it was sent. */
async function firstEvent(path: string): Promise<string> {
  const leaving = new AbortController();
  const response = await app.request(path, { signal: leaving.signal });
  const events = eventsOf(response.body as ReadableStream<Uint8Array>, () => {});
  let data = '';
  while (data === '') data = ((await events.next()).value ?? { data: 'nothing' }).data;
  leaving.abort();
  return data;
}

describe('A5: jobs with texts of 3 MB', () => {
  let jobs: Awaited<ReturnType<typeof largeJobs>>;
  beforeAll(async () => {
    jobs = await largeJobs();
  });

  test.each(LISTS)('are a little of %s', async (path) => {
    const markup = await read(path);
    expect(markup.length - (plain.get(path) ?? 0)).toBeLessThan(3 * ROOM);
  });

  test('say in lists and cards that more is known of them', async () => {
    const length = STORED_ERROR.length.toLocaleString('en');
    for (const path of ['/', '/jobs', '/api/jobs', `/api/jobs/${jobs.failed}`]) {
      expect(await read(path)).toContain(`… (${length} characters)`);
    }
    expect(await read('/jobs')).toMatch(/@asked é😀[^<]{60,100}…</u);
  });

  test('are no form that would ask for something else', async () => {
    const markup = await read('/search');
    expect(markup).toContain(jobs.running);
    expect(markup).not.toContain('name="list"');
    const { failed } = jobs;
    const address = /href="(\/scrape\?[^"]*)"/.exec(await read(`/jobs/${failed}`))?.[1] ?? '';
    expect(address.length).toBeLessThan(ROOM);
  });

  test('are bounded in JSON lists, which say how long they were', async () => {
    for (const path of ['/api/jobs', '/api/sessions/large/jobs']) {
      const text = await read(path, 'application/json');
      expect(text.length).toBeLessThan(3 * 120_000);
      const { jobs: listed } = JSON.parse(text);
      const { metadata, result } = listed.find(({ id }: { id: string }) => id === jobs.completed);
      expect(metadata.query).toEndWith(`… (${TEXTS.asked.length.toLocaleString('en')} characters)`);
      expect(metadata.list.at(-1)).toMatch(/^… and [\d,]+ more$/);
      expect(result.note).toEndWith(`… (${TEXTS.brought.length.toLocaleString('en')} characters)`);
      expect(result.embedded).toBe(3);
    }
  });

  test('are bounded in plain text', async () => {
    const table = await read('/api/jobs', 'text/plain');
    expect(table.length).toBeLessThan(ROOM);
    expect(await read(`/api/jobs/${jobs.failed}/stream`, 'text/plain')).toMatch(
      /^failed {2}failed é😀.{0,600}characters\)\n$/u,
    );
  });

  test('are bounded in the events of the taskbar', async () => {
    const event = await firstEvent('/api/jobs/stream');
    expect(event).toContain(`job-${jobs.failed}`);
    expect(event.length).toBeLessThan(3 * ROOM);
  });

  test('are bounded in their own streams, apart from what they returned', async () => {
    for (const id of [jobs.running, jobs.failed]) {
      const own = await firstEvent(`/api/jobs/${id}/stream`);
      expect(own.length).toBeLessThan(120_000);
      const named = await firstEvent(`/api/jobs/stream/jobs?job=${id}`);
      expect(named.length).toBeLessThan(120_000);
    }
    const { job } = JSON.parse(await firstEvent(`/api/jobs/stream/jobs?job=${jobs.completed}`));
    expect(job.result.note).toBe(TEXTS.brought);
    expect(job.metadata.query).not.toBe(TEXTS.asked);
  });

  test('are whole on their own page, in their JSON and in their text', async () => {
    const page = await read(`/jobs/${jobs.completed}`);
    for (const text of [TEXTS.asked, TEXTS.brought]) expect(page).toContain(text);
    const failed = await read(`/jobs/${jobs.failed}`);
    const [beginning = '', note = ''] = STORED_ERROR.split('\n');
    expect(failed).toContain(beginning);
    expect(failed).toContain(note);
    expect(failed).not.toContain(TEXTS.failed);
    const { job } = JSON.parse(await read(`/api/jobs/${jobs.completed}`, 'application/json'));
    expect(job.metadata.query).toBe(TEXTS.asked);
    expect(job.result.note).toBe(TEXTS.brought);
    const text = await read(`/api/jobs/${jobs.failed}`, 'text/plain');
    expect(text).toMatch(/^error +failed é😀/mu);
    expect(text).toContain(beginning);
    expect(text).toContain(note);
  });

  test('do not have a page that is read again every second', async () => {
    const report = /<section id="job-report"[^>]*>/;
    expect(report.exec(await read(`/jobs/${jobs.running}`))?.[0]).not.toContain('every 1s');
    const { jobId } = await app.tracker.createJob('scrape', { username: 'aurora_lab' });
    expect(report.exec(await read(`/jobs/${jobId}`))?.[0]).toContain('every 1s');
  });

  test('have answers of a line to what is done to them', async () => {
    const response = await app.post(`/api/jobs/${jobs.running}/cancel`);
    expect(response.status).toBe(200);
    expect((await response.text()).length).toBeLessThan(ROOM);
  });
});
