import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { closeApps, setupApp, type TestApp } from '../support/app.ts';

afterAll(closeApps);

let web: TestApp;
beforeAll(async () => {
  web = await setupApp();
});

async function text(path: string, init: RequestInit = {}) {
  const response = await web.request(path, { ...init, headers: { accept: 'text/plain' } });
  expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  return { status: response.status, lines: (await response.text()).split('\n') };
}

const post = (path: string, fields: Record<string, string> = {}) =>
  text(path, { method: 'POST', body: new URLSearchParams(fields) });

let asked = 0;

const startScrape = async () =>
  (await post('/api/scrape', { username: 'aurora_lab', maxTweets: String(++asked) })).lines[0] ??
  '';

test('a start answers the id alone in a line, and how to watch the job', async () => {
  const { status, lines } = await post('/api/search', { query: 'jazz' });
  const [id = '', hint] = lines;
  expect(status).toBe(202);
  expect(web.tracker.getJob(id)?.type).toBe('search');
  expect(hint).toEndWith(
    `curl -N -H 'Accept: text/plain' http://localhost:3000/api/jobs/${id}/stream`,
  );
});

test('jobs are a table with whole ids, which tells where there are more', async () => {
  const ids = [await startScrape(), await startScrape()];
  const { lines } = await text('/api/jobs?type=scrape&limit=2');
  expect(lines[0]).toMatch(/^ID +TYPE +STATUS +PROGRESS +CREATED +SUBJECT$/);
  expect(lines.slice(1, 3).map((line) => line.split(' ')[0])).toEqual(ids.reverse());
  expect(lines[1]).toContain('@aurora_lab');
  await startScrape();
  const more = await text('/api/jobs?type=scrape&limit=2');
  const cursor = /add \?cursor=(\S+)$/.exec(more.lines[3] ?? '')?.[1];
  expect((await text(`/api/jobs?type=scrape&cursor=${cursor}`)).lines[1]).toContain(ids[1] ?? '-');
  expect((await text('/api/jobs?status=failed')).lines).toEqual(['No jobs match.', '']);
});

test('a session’s jobs are one too', async () => {
  await post('/api/search', { query: 'airship', sessionId: 'night' });
  const { lines } = await text('/api/sessions/night/jobs');
  expect(lines).toHaveLength(3);
  expect(lines[1]).toContain('airship');
});

test('a job is a line for each thing there is to know', async () => {
  const id = await startScrape();
  const { lines } = await text(`/api/jobs/${id}`);
  expect(lines[0]).toMatch(new RegExp(`^id +${id}$`));
  expect(lines).toContainEqual(expect.stringMatching(/^status +queued/));
  expect(lines).toContainEqual(expect.stringMatching(/^username +aurora_lab$/));
});

test('a job that has ended tells its result', async () => {
  const running = await setupApp();
  await running.tracker.start();
  const { id } = await running.tracker.enqueue('scrape', { username: 'aurora_lab', maxTweets: 3 });
  await running.ended(id);
  const response = await running.request(`/api/jobs/${id}`, { headers: { accept: 'text/plain' } });
  expect(await response.text()).toMatch(/^result +3 posts of @aurora_lab, 3 new$/m);
  const stream = await running.request(`/api/jobs/${id}/stream`, {
    headers: { accept: 'text/plain' },
  });
  expect(await stream.text()).toBe('completed  3 / 3  3 posts of @aurora_lab, 3 new\n');
});

test('cancel, retry, dismiss and removal answer with how the job stands', async () => {
  const id = await startScrape();
  const act = async (action: string) => (await post(`/api/jobs/${id}/${action}`)).lines[0];
  expect(await act('cancel')).toBe(`${id}  cancelled`);
  expect(await act('dismiss')).toBe(`${id}  cancelled`);
  expect(await act('retry')).toMatch(new RegExp(`^${id}  queued, \\w+ in queue$`));
  expect(await text(`/api/jobs/${id}?force=1`, { method: 'DELETE' })).toEqual({
    status: 200,
    lines: [`${id}  removed`, ''],
  });
});

test('a list of starts is a line for each', async () => {
  const response = await web.request('/api/jobs', {
    method: 'POST',
    headers: { accept: 'text/plain', 'content-type': 'application/json' },
    body: JSON.stringify([{ type: 'embed', input: {} }, { type: 'juggle' }]),
  });
  expect(response.status).toBe(207);
  const [started, refused, end] = (await response.text()).split('\n');
  expect(started).toMatch(/^embed-[0-9a-f-]{36} {2}queued, next in queue$/);
  expect(refused).toMatch(/^422 This job was not started\. {2}type: Unknown job type "juggle"/);
  expect(end).toBe('');
});

test('a change of many jobs is a sentence', async () => {
  await post('/api/search', { query: 'zeppelin', sessionId: 'air' });
  const response = await web.request('/api/jobs/bulk', {
    method: 'POST',
    headers: { accept: 'text/plain', 'content-type': 'application/json' },
    body: JSON.stringify({ action: 'cancel', filter: { session: 'air' } }),
  });
  expect(await response.text()).toBe('1 job cancelled.\n');
});

describe('what was collected', () => {
  beforeAll(() => {
    const post = {
      source: 'sample',
      kind: 'post' as const,
      authorName: 'Mo\u001b[2J Svensson',
      author: 'mo_s',
      links: [],
      media: [],
    };
    web.library.savePosts([
      { ...post, id: '1', text: 'First\u001b[31m line\nsecond line', createdAt: new Date(0) },
      {
        ...post,
        id: '2',
        kind: 'reply',
        inReplyToAuthor: 'ana',
        text: 'An answer',
        createdAt: new Date(60_000),
        url: 'https://example.org/2',
      },
    ]);
    web.library.saveProfiles(
      ['mo_s', 'ana'].map((username) => ({
        source: 'sample',
        id: username,
        username,
        name: username,
        bio: 'Coach.\nWorkshops on falling.',
        followers: 1_338,
      })),
    );
  });

  test('posts stand one below the other, what they say indented', async () => {
    const { lines } = await text('/api/posts?author=mo_s');
    expect(lines).toEqual([
      '@mo_s  Mo[2J Svensson  1 Jan 1970, 00:01:00 UTC  reply to @ana  sample',
      '  An answer',
      '  https://example.org/2',
      '',
      '@mo_s  Mo[2J Svensson  1 Jan 1970, 00:00:00 UTC  sample',
      '  First[31m line',
      '  second line',
      '',
    ]);
    const page = await text('/api/posts?author=mo_s&limit=1');
    const cursor = /^More results: add &cursor=(\S+)$/.exec(page.lines.at(-2) ?? '')?.[1];
    expect((await text(`/api/posts?author=mo_s&limit=1&cursor=${cursor}`)).lines[1]).toContain(
      'First',
    );
    expect((await text('/api/posts?q=zeppelin')).lines).toEqual(['No posts found.', '']);
  });

  test('profiles are a table', async () => {
    const { lines } = await text('/api/profiles?q=coach');
    expect(lines[0]).toMatch(/^USERNAME +FOLLOWERS +SAVED POSTS +SOURCE +BIO$/);
    expect(lines[1]).toMatch(/^ana +1,338 +0 +sample +Coach\. Workshops on falling\.$/);
    expect(lines[2]).toMatch(/^mo_s +1,338 +2 +sample +Coach/);
    expect((await text('/api/profiles?q=nobody')).lines).toEqual(['No profiles found.', '']);
  });

  test('archives are a table too, and that there are none is said', async () => {
    expect((await text('/api/imports')).lines).toEqual(['No archives.', '']);
    await Bun.write(join(web.importsDir, 'mine.zip'), 'x'.repeat(2_000));
    const { lines } = await text('/api/imports');
    expect(lines).toEqual([
      expect.stringMatching(/^NAME +KIND +OWNER +MADE +SIZE +POSTS +ADDED$/),
      expect.stringMatching(/^mine\.zip +[\d.]+ k?B +0 +\d.* UTC$/i),
      '',
    ]);
  });
});

test('the history is a line for each type, and then why some failed', async () => {
  expect((await text('/api/history?type=juggle')).lines.slice(1)).toEqual(['No runs.', '']);
  const { jobId } = await web.tracker.createJob('embed');
  await web.tracker.completeJob(jobId, false, 'The model\nis damaged.');
  const { lines } = await text('/api/history?type=embed');
  expect(lines[0]).toMatch(/^Runs that ended from \d+ \w+ \d{4}, [\d:]+ UTC to /);
  expect(lines.slice(1)).toEqual([
    expect.stringMatching(/^TYPE +COMPLETED +FAILED +CANCELLED +MEDIAN +95 %$/),
    expect.stringMatching(/^embed +0 +1 +0$/),
    '1 × embed: The model is damaged.',
    '',
  ]);
});

test('errors say what to do and name the fields', async () => {
  const missing = await text('/api/jobs/scrape-nothing/stream');
  expect(missing.status).toBe(404);
  expect(missing.lines[0]).toBe('404 There is no such job.');
  expect((await text('/api/nowhere')).status).toBe(404);
  const wrong = await post('/api/scrape', { username: 'aurora_lab', maxTweets: '0' });
  expect(wrong.status).toBe(422);
  expect(wrong.lines).toContainEqual(expect.stringMatching(/^maxTweets: /));
});

test('what people and sources wrote does not steer a terminal', async () => {
  const { jobId } = await web.tracker.createJob('scrape', { 'k\u001b[2J': 'v\u001b[31m\nforged' });
  await web.tracker.updateProgress(jobId, 1, 2, 'page\u001b[2J\nforged');
  await web.tracker.completeJob(jobId, false, 'gone\u001b]0;title\u0007\nforged');
  for (const path of ['/api/jobs', `/api/jobs/${jobId}`, `/api/jobs/${jobId}/stream`]) {
    const { lines } = await text(path);
    expect(lines.join('')).not.toMatch(/\p{Cc}/u);
    expect(lines.filter((line) => line.startsWith('forged'))).toEqual([]);
  }
});

test('a program that takes JSON as well gets JSON, and a browser its page', async () => {
  const typeFor = async (accept: string) =>
    (await web.request('/api/jobs', { headers: { accept } })).headers.get('content-type');
  expect(await typeFor('application/json, text/plain, */*')).toStartWith('application/json');
  expect(await typeFor('text/html, text/plain')).toStartWith('text/html');
  expect(await typeFor('*/*')).toStartWith('text/html');
});
