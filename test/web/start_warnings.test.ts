import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { closeApps, setupApp, type TestApp } from '../support/app.ts';

afterAll(closeApps);

/** Jobs stay queued. */
let web: TestApp;
beforeAll(async () => {
  web = await setupApp();
});

const JSON_BODY = { 'content-type': 'application/json' };

let started = 0;

/** Each is another start, or two within half a second would become one. */
function scrape(fields: object, accept = 'application/json', headers = {}) {
  const body = JSON.stringify({ username: 'aurora_lab', maxTweets: ++started, ...fields });
  return web.request('/api/scrape', {
    method: 'POST',
    headers: { ...JSON_BODY, accept, ...headers },
    body,
  });
}

const batch = async (body: unknown) => {
  const response = await web.request('/api/jobs', {
    method: 'POST',
    headers: { ...JSON_BODY, accept: 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, ...((await response.json()) as { warnings?: string[] }) };
};

const IGNORED = ['colour', 'delay', 'startAt'].map(
  (name) => `Unknown field "${name}" was ignored.`,
);
const UNKNOWN = { colour: 5, delay: 60_000, startAt: '2030-01-01' };

describe('G10: unknown fields of a start are named', () => {
  test('as `warnings` in the JSON', async () => {
    const response = await scrape(UNKNOWN);
    expect(response.status).toBe(202);
    const { warnings, job } = (await response.json()) as Record<string, unknown>;
    expect(warnings).toEqual(IGNORED);
    expect(job).toMatchObject({ status: 'queued', metadata: { username: 'aurora_lab' } });
  });

  test('as a note in the HTML, to htmx and to others, with their markup escaped', async () => {
    for (const headers of [{}, { 'hx-request': 'true' }]) {
      const answer = await (await scrape({ ...UNKNOWN, '<b>': 1 }, '*/*', headers)).text();
      expect(answer).toContain('<p class="result warning" role="status">');
      expect(answer).toContain('Unknown field &quot;startAt&quot; was ignored.');
      expect(answer).toContain('Unknown field &quot;&lt;b&gt;&quot; was ignored.');
    }
  });

  test('as lines of plain text, after the first line with the id', async () => {
    const lines = (await (await scrape(UNKNOWN, 'text/plain')).text()).trim().split('\n');
    expect(lines[0]).toStartWith('scrape-');
    expect(lines.slice(-3)).toEqual(IGNORED.map((warning) => `Warning: ${warning}`));
  });

  test('of a form too, and none when every field is known or empty', async () => {
    const fields = { username: 'aurora_lab', maxTweets: '7', sessionId: 'night', archive: '' };
    const send = async (body: Record<string, string>) => {
      const response = await web.json('/api/scrape', {
        method: 'POST',
        body: new URLSearchParams(body),
      });
      return (await response.json()) as { warnings?: string[] };
    };
    expect(await send({ ...fields, colour: '1' })).toMatchObject({
      warnings: ['Unknown field "colour" was ignored.'],
    });
    expect(await send({ ...fields, maxTweets: '8', colour: ' ' })).not.toHaveProperty('warnings');
  });

  test('of every type', async () => {
    for (const type of web.tracker.types) {
      const fields = { username: 'aurora_lab', query: 'jazz', odd: 1 };
      const response = await web.json(`/api/${type}`, {
        method: 'POST',
        headers: JSON_BODY,
        body: JSON.stringify(fields),
      });
      const { warnings } = (await response.json()) as { warnings: string[] };
      expect(warnings).toContain('Unknown field "odd" was ignored.');
    }
  });

  test('of one start by its type, and of each entry of a list that was started', async () => {
    const input = { username: 'aurora_lab', maxTweets: 900 };
    expect(await batch({ type: 'scrape', input: { ...input, odd: 1 }, colour: 5 })).toMatchObject({
      status: 202,
      warnings: ['Unknown field "colour" was ignored.', 'Unknown field "odd" was ignored.'],
    });
    const list = [
      { type: 'scrape', input },
      { type: 'scrape', input: { odd: 1 } },
      { type: 'embed', delay: 5 },
    ];
    expect(await batch(list)).toMatchObject({
      status: 207,
      warnings: ['Entry 3: Unknown field "delay" was ignored.'],
    });
    expect(await batch([{ type: 'embed' }])).not.toHaveProperty('warnings');
  });

  test('but at most twenty, and cut when they are long', async () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`odd${n}`, n]));
    const { warnings } = (await (await scrape({ ...many })).json()) as { warnings: string[] };
    expect(warnings).toHaveLength(21);
    expect(warnings.at(-1)).toBe('10 more unknown fields were ignored.');
    const long = (await (await scrape({ ['x'.repeat(100_000)]: 1 })).json()) as typeof many;
    expect(JSON.stringify(long.warnings).length).toBeLessThan(500);
  });
});
