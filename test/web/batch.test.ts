import { afterAll, expect, test } from 'bun:test';
import type { Job } from '../../src/jobs/index.ts';
import { closeApps, setupApp, type TestApp } from '../support/app.ts';

afterAll(closeApps);

interface Result {
  job?: Job;
  error?: { code: string; message: string; details: Record<string, string> };
}

const scrape = (maxTweets: number) => ({
  type: 'scrape',
  input: { username: 'aurora_lab', maxTweets },
});

async function batch(web: TestApp, body: unknown) {
  const response = await web.json('/api/jobs', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const { results = [] } = (await response.json()) as { results?: Result[] };
  return { status: response.status, results };
}

const waitingNumbers = ({ tracker }: TestApp) =>
  tracker.getActiveJobs().map(({ metadata }) => metadata?.maxTweets);

test('of a thousand with ten bad ones among them 990 wait, in the list’s order', async () => {
  const web = await setupApp();
  const isBad = (index: number) => index % 100 === 37;
  const numbers = Array.from({ length: 1_000 }, (_, index) => index + 1);
  const list = numbers.map((number, index) => scrape(isBad(index) ? 0 : number));
  const { status, results } = await batch(web, list);
  expect(status).toBe(207);
  expect(results).toHaveLength(1_000);
  for (const [index, { job, error }] of results.entries()) {
    if (isBad(index)) expect(Object.keys(error?.details ?? {})).toEqual(['maxTweets']);
    else expect(job?.metadata?.maxTweets).toBe(index + 1);
  }
  expect(waitingNumbers(web)).toEqual(numbers.filter((_, index) => !isBad(index)));
});

test('a list that the database refuses in its middle starts nothing', async () => {
  const web = await setupApp();
  web.database.run(`
    CREATE TRIGGER refuse_the_third BEFORE INSERT ON jobs
    WHEN json_extract(new.metadata, '$.maxTweets') = 3
    BEGIN SELECT RAISE(ABORT, 'no third one'); END`);
  expect((await batch(web, [1, 2, 3, 4].map(scrape))).status).toBe(500);
  expect((await web.tracker.reader.countActive()).waiting).toBe(0);
  expect((await batch(web, [1, 2, 4].map(scrape))).status).toBe(202);
});

test('a line that gets full in the middle takes the first, and other types go on', async () => {
  const web = await setupApp({ XGPT_MAX_WAITING: '2' });
  const search = { type: 'search', input: { query: 'jazz' } };
  const { status, results } = await batch(web, [1, 2, 3].map(scrape).concat(search as never));
  expect(status).toBe(207);
  expect(results.map(({ error }) => error?.code)).toEqual([
    undefined,
    undefined,
    'too_many_waiting',
    undefined,
  ]);
  expect(waitingNumbers(web)).toEqual([1, 2, 100]);
});

test('an entry whose session is no name is refused by that name, and the others start', async () => {
  const web = await setupApp();
  const { results } = await batch(web, [scrape(1), { ...scrape(2), sessionId: '/' }, scrape(3)]);
  expect(Object.keys(results[1]?.error?.details ?? {})).toEqual(['sessionId']);
  expect(waitingNumbers(web)).toEqual([1, 3]);
});

test('who looks on learns of the whole list at once', async () => {
  const web = await setupApp();
  const seen: number[] = [];
  web.tracker.subscribe((jobs) => seen.push(jobs.length));
  await batch(
    web,
    Array.from({ length: 50 }, (_, index) => scrape(index + 1)),
  );
  expect(seen).toEqual([50]);
});

test('what is no start is refused for itself, and speaks for itself alone', async () => {
  const web = await setupApp();
  const { status, results } = await batch(web, [null, 1, {}, scrape(1), { type: 'juggle' }]);
  expect(status).toBe(207);
  expect(results.map(({ error }) => error && Object.keys(error.details))).toEqual([
    ['type'],
    ['type'],
    ['type'],
    undefined,
    ['type'],
  ]);
  const { results: input } = await batch(web, [{ type: 'scrape', input: 'x' }, scrape(2)]);
  expect(input[0]?.error?.details).toEqual({
    input: 'Input must be an object with the fields of the type.',
  });
  const said = results.flatMap(({ error }) => error?.message ?? []);
  expect(said[0]).toStartWith('This job was not started. Correct these fields');
  expect(said.join(' ')).not.toContain('Nothing was started');
});

test.each([['null'], ['1'], ['"x"'], ['{}'], ['']])(
  '%p alone is refused by its type',
  async (body) => {
    const web = await setupApp();
    const response = await web.json('/api/jobs', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body,
    });
    if (body === '') return expect(response.status).toBe(400);
    expect(response.status).toBe(422);
    const { results } = (await response.json()) as { results: Result[] };
    expect(results[0]?.error?.details.type).toStartWith('Type is missing. Send an object such as');
  },
);
