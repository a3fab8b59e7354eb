import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Job } from '../../src/jobs/index.ts';
import { closeApps, NAVIGATION, setupApp, type TestApp } from '../support/app.ts';
import {
  accountFiles,
  manyTweets,
  part,
  temporaryFolder,
  tweet,
  writeFolder,
  writeZip,
} from '../support/archive_fixture.ts';

afterAll(closeApps);

let web: TestApp;
beforeAll(async () => {
  web = await setupApp({ XGPT_MAX_UPLOAD_MB: '1' });
  await web.tracker.start();
});

async function zipOf(content: Record<string, string>): Promise<Uint8Array<ArrayBuffer>> {
  await using folder = await temporaryFolder();
  const path = await writeZip(join(folder.path, 'archive.zip'), content);
  return new Uint8Array(await Bun.file(path).arrayBuffer());
}

function upload(
  path: string,
  file: Uint8Array<ArrayBuffer> | undefined,
  headers = {},
  name = 'my archive.zip',
) {
  const body = new FormData();
  body.append('source', 'archive');
  if (file) body.append('file', new File([file], name));
  return web.request(path, { method: 'POST', body, headers });
}

const JSON_HEADERS = { accept: 'application/json' };
const filesHere = () => readdir(web.config.importsDir).catch(() => [] as string[]);

const goodArchive = (posts = 250) =>
  zipOf({ ...accountFiles('ida_k'), 'data/tweets.js': part('tweets.part0', manyTweets(posts)) });

describe('an archive from the form', () => {
  test('is uploaded, read whole, and named after its account', async () => {
    const response = await upload('/api/scrape', await goodArchive(), JSON_HEADERS);
    expect(response.status).toBe(202);
    const { job } = (await response.json()) as { job: Job };
    expect(job.metadata).toMatchObject({ source: 'archive', archive: 'my-archive.zip' });
    expect(await web.ended(job.id)).toMatchObject({
      status: 'completed',
      result: { username: 'ida_k', posts: 250, newPosts: 250 },
    });
    expect(web.library.posts({ source: 'archive' }).total).toBe(250);
    expect(await filesHere()).toEqual(['my-archive.zip']);
  });

  test('that is here already is chosen by name, and as a folder too', async () => {
    await writeFolder(join(web.config.importsDir, 'unpacked'), {
      ...accountFiles('ida_k'),
      'data/tweets.js': part('tweets.part0', [tweet(9_001), tweet(9_002)]),
    });
    const listed = await web.json('/api/imports');
    expect(await listed.json()).toMatchObject({
      imports: expect.arrayContaining([expect.objectContaining({ name: 'unpacked' })]),
    });
    for (const archive of ['my-archive.zip', 'unpacked']) {
      const { id } = await web.tracker.enqueue('scrape', { source: 'archive', archive });
      expect((await web.ended(id)).status).toBe('completed');
    }
    expect(web.library.posts({ source: 'archive' }).total).toBe(252);
  });

  test('is limited to as many posts as were asked for', async () => {
    const { id } = await web.tracker.enqueue('scrape', {
      source: 'archive',
      archive: 'my-archive.zip',
      maxTweets: 30,
    });
    expect((await web.ended(id)).result).toMatchObject({ posts: 30, newPosts: 0 });
  });

  test('is removed, and what was read from it stays', async () => {
    const removed = await web.post('/api/imports/unpacked/remove');
    expect(removed.status).toBe(200);
    expect(await filesHere()).toEqual(['my-archive.zip']);
    expect(web.library.posts({ source: 'archive' }).total).toBe(252);
    expect((await web.post('/api/imports/unpacked/remove')).status).toBe(404);
  });

  test('without JavaScript leads to the job’s page', async () => {
    const response = await upload('/api/scrape', await goodArchive(), NAVIGATION);
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toMatch(/^\/jobs\/scrape-/);
    await web.ended(response.headers.get('location')?.slice('/jobs/'.length) ?? '');
  });
});

test('a file that is stored already is read from there, and said so, by every way in', async () => {
  const here = (await filesHere()).sort();
  const stored = await Bun.file(join(web.config.importsDir, 'my-archive.zip')).bytes();
  const job = await upload('/api/scrape', stored, JSON_HEADERS, 'again.zip');
  expect(await job.json()).toMatchObject({
    job: { metadata: { archive: 'my-archive.zip' } },
    warnings: [
      'The imports folder already has this archive as my-archive.zip. Reading it from there.',
    ],
  });
  const kept = await upload('/api/imports', stored, { 'hx-request': 'true' });
  expect(await kept.text()).toContain('This archive is already stored as my-archive.zip.');
  expect((await filesHere()).sort()).toEqual(here);
});

test('the answer to an upload changes the lists of its own page, and not of the dashboard', async () => {
  const from = (page: string) => ({
    'hx-request': 'true',
    referer: `http://localhost:3000${page}`,
  });
  const own = await upload('/api/scrape', await goodArchive(2), from('/scrape'), 'own.zip');
  expect(await own.text()).toContain('hx-swap-oob');
  const other = await upload('/api/scrape', await goodArchive(3), from('/'), 'other.zip');
  const answer = await other.text();
  expect(answer).toContain('Started');
  expect(answer).not.toContain('hx-swap-oob');
  for (const name of ['own.zip', 'other.zip']) await rm(join(web.config.importsDir, name));
});

describe('an upload that cannot be used', () => {
  test('too large, no zip, or no file: refused by name, and nothing is kept', async () => {
    const before = await filesHere();
    const zip = await goodArchive();
    const refused: [number, Uint8Array<ArrayBuffer> | undefined][] = [
      [413, new Uint8Array(2 * 1024 * 1024)],
      [422, new TextEncoder().encode('a shopping list')],
      [422, zip.slice(0, zip.length / 2)],
      [422, undefined],
    ];
    const jobs = web.tracker.getAllJobs().length;
    for (const [status, file] of refused) {
      for (const path of ['/api/scrape', '/api/imports']) {
        const response = await upload(path, file, JSON_HEADERS);
        expect(response.status).toBe(status);
        expect(await response.json()).toMatchObject({
          error: { details: { file: expect.any(String) } },
        });
      }
    }
    expect(await filesHere()).toEqual(before);
    expect(web.tracker.getAllJobs()).toHaveLength(jobs);
  });

  test('nothing is kept of one whose other fields cannot be used', async () => {
    const before = await filesHere();
    const body = new FormData();
    body.append('maxTweets', 'many');
    body.append('file', new File([await goodArchive()], 'good.zip'));
    const response = await web.json('/api/scrape', { method: 'POST', body });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      error: { details: { maxTweets: expect.any(String) } },
    });
    expect(await filesHere()).toEqual(before);
  });

  test('a name with a path in it becomes a plain one inside the folder', async () => {
    const response = await upload(
      '/api/imports',
      await goodArchive(4),
      JSON_HEADERS,
      '../../../evil.zip',
    );
    expect(response.status).toBe(201);
    expect(await filesHere()).toContain('evil.zip');
    await web.post('/api/imports/evil.zip/remove');
  });
});

describe('an archive that turns out to be damaged', () => {
  const importOf = async (name: string, content: Record<string, string>) => {
    await writeZip(join(web.config.importsDir, name), content);
    const { id } = await web.tracker.enqueue('scrape', { source: 'archive', archive: name });
    return web.ended(id);
  };

  test('in its last part leaves no half import behind', async () => {
    const before = web.library.counts();
    const job = await importOf('half.zip', {
      ...accountFiles('half_way'),
      'data/tweets.js': part('tweets.part0', manyTweets(300, 50_000)),
      'data/tweets-part1.js': 'window.YTD.tweets.part1 = [ {"tweet": {"id_str": "1"',
    });
    expect(job).toMatchObject({ status: 'failed', attempt: 1 });
    expect(job.errorMessage).toContain('tweets-part1.js');
    expect(web.library.counts()).toEqual(before);
  });

  test('or is no X archive at all says so', async () => {
    const job = await importOf('holiday.zip', { 'photo.txt': 'not a photo' });
    expect(job).toMatchObject({ status: 'failed', attempt: 1 });
    expect(job.errorMessage).toContain('not an X data archive');
  });
});
