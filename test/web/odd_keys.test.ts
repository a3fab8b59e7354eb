import { afterAll, describe, expect, test } from 'bun:test';
import { z } from 'zod';
import { defineJob, type JobType } from '../../src/jobs/index.ts';
import { startContract } from '../../src/web/contract/starts.ts';
import { closeApps, setupApp } from '../support/app.ts';
import { textOf } from '../views/job_view.ts';

afterAll(closeApps);

/** Every object has these without having been given them; `__proto__` sets more than a field. */
const KEYS = ['constructor', 'toString', 'valueOf', 'hasOwnProperty', '__proto__', 'isPrototypeOf'];

/** An object with those keys as its own, as JSON brings it. */
function odd(value: unknown): Record<string, unknown> {
  return JSON.parse(`{${KEYS.map((key) => `"${key}":${JSON.stringify(value)}`).join(',')}}`);
}

const LABELS = [
  'Constructor',
  'To string',
  'Value of',
  'Has own property',
  '__proto__',
  'Is prototype of',
];

/** What a person reads of a job on its page. */
async function factsOf(metadata: Record<string, unknown>, result?: unknown): Promise<string> {
  const { tracker, database, request } = await setupApp();
  const { jobId } = await tracker.createJob('scrape', metadata);
  await tracker.completeJob(jobId, true);
  if (result !== undefined) {
    const text = JSON.stringify(result);
    database.query('UPDATE jobs SET result = ? WHERE id = ?').run(text, jobId);
  }
  const page = await request(`/jobs/${jobId}`);
  expect(page.status).toBe(200);
  return textOf(await page.text());
}

describe('A6: keys that every object has', () => {
  test('in the input are labels like any other', async () => {
    const text = await factsOf(odd('given'));
    for (const label of LABELS) expect(text).toContain(`${label} given`);
  });

  test('in what a job returned are labels like any other', async () => {
    const text = await factsOf({}, { posts: 3, ...odd(7) });
    for (const label of LABELS) expect(text).toContain(`${label} 7`);
  });

  test('deeper down, and in lists, hinder nothing', async () => {
    const text = await factsOf({ list: [odd('x')], within: odd([odd('y')]) }, odd([odd('z')]));
    expect(text).toContain('Constructor: x');
    expect(text).toContain('__proto__: y');
    expect(text).toContain('Value of: z');
  });

  test('are no obstacle wherever the job is shown', async () => {
    const { tracker, request, json } = await setupApp();
    const metadata = { ...odd([odd('x')]), list: [odd('x')], sessionId: 'odd' };
    const { jobId } = await tracker.createJob('scrape', metadata);
    for (const status of ['running', 'completed']) {
      if (status === 'completed') await tracker.completeJob(jobId, true);
      for (const path of ['/', '/jobs', `/jobs/${jobId}`, '/scrape', `/api/jobs/${jobId}`]) {
        const { status, headers } = await request(path);
        expect([path, status, headers.get('content-type')?.slice(0, 9)]).toEqual([
          path,
          200,
          'text/html',
        ]);
      }
      const answer = await json(`/api/jobs/${jobId}`);
      expect(((await answer.json()) as { job: { metadata: unknown } }).job.metadata).toEqual(
        metadata,
      );
      const text = await request(`/api/jobs/${jobId}`, { headers: { accept: 'text/plain' } });
      expect(await text.text()).toContain('hasOwnProperty');
    }
  });

  test('as a job type have their place in lists, filters and the description', async () => {
    const { tracker, request } = await setupApp();
    const type = 'constructor' as JobType;
    tracker.define(
      defineJob({
        type,
        concurrency: 1,
        input: z.object({}) as never,
        run: async () => ({}) as never,
      }),
    );
    const { jobId } = await tracker.createJob(type);
    for (const path of ['/', '/jobs', '/jobs?type=constructor', `/jobs/${jobId}`, '/history']) {
      expect([path, (await request(path)).status]).toEqual([path, 200]);
    }
    const { detail } = startContract({ tracker, operations: new Map() }, type);
    expect(detail.summary).toBe('Start a job of the type constructor');
  });

  test('as names of fields get an answer that names them', async () => {
    const { tracker, json } = await setupApp();
    const type = 'chore' as JobType;
    const field = () => z.string({ error: 'Must be text.' });
    const input = z.object({ constructor: field(), toString: field() }) as never;
    tracker.define(defineJob({ type, concurrency: 1, input, run: async () => ({}) as never }));
    const answer = await json('/api/jobs', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ type, input: { constructor: 1, toString: 2 } }),
    });
    const { results } = (await answer.json()) as { results: [{ error: { details: object } }] };
    expect(Object.entries(results[0].error.details)).toEqual([
      ['constructor', 'Must be text.'],
      ['toString', 'Must be text.'],
    ]);
  });

  test('in what is sent are refused or passed over, not failed at', async () => {
    const { json } = await setupApp();
    const send = (path: string, body: string) =>
      json(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const object = JSON.stringify(odd(odd(1)));
    const refused = ['/api/scrape', '/api/search', '/api/discover', '/api/jobs', '/api/jobs/bulk'];
    for (const path of refused)
      expect([path, (await send(path, object)).status]).toEqual([path, 422]);
    const filter = `{"action":"cancel","filter":{"status":${object}}}`;
    expect((await send('/api/jobs/bulk', filter)).status).toBe(422);
    for (const name of KEYS) {
      const entry = await send('/api/jobs', JSON.stringify({ type: name, input: {} }));
      expect([name, entry.status]).toEqual([name, 422]);
    }
  });
});
