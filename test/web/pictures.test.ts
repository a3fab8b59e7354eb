import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Job } from '../../src/jobs/index.ts';
import { receiveFolder } from '../../src/sources/archive/index.ts';
import { closeApps, NAVIGATION, setupApp, type TestApp } from '../support/app.ts';
import {
  accountFiles,
  part,
  temporaryFolder,
  tweet,
  writeFolder,
  writeZip,
} from '../support/archive_fixture.ts';
import { zipOf } from '../support/zip_writer.ts';
import { elements } from '../views/pages/fixtures.ts';

afterAll(closeApps);

let web: TestApp;
beforeAll(async () => {
  web = await setupApp();
  await web.tracker.start();
});

const PICTURE = `${'\u0001\u0002 a picture \u00ff'.repeat(5_000)}end`;

/** An archive of one post with two pictures, of which it has one. */
function archive(id: string) {
  const photo = (name: string) => ({
    url: 'https://t.co/p',
    media_url_https: `https://pbs.twimg.com/media/${name}.jpg`,
    type: 'photo',
  });
  const media = [photo('here'), photo('missing')];
  return {
    ...accountFiles('ida_k'),
    'data/tweets.js': part('tweets.part0', [tweet(id, { extended_entities: { media } })]),
    [`data/tweets_media/${id}-here.jpg`]: PICTURE,
    [`data/direct_messages_media/${id}-missing.jpg`]: 'private',
  };
}

async function written(content: Record<string, string>, options = {}): Promise<Uint8Array> {
  await using folder = await temporaryFolder();
  const path = await writeZip(join(folder.path, 'a.zip'), content, options);
  return await Bun.file(path).bytes();
}

async function upload(bytes: Uint8Array, name: string): Promise<void> {
  const body = new FormData();
  body.append('source', 'archive');
  body.append('file', new File([Uint8Array.from(bytes)], name));
  const headers = { accept: 'application/json' };
  const answer = await web.request('/api/scrape', { method: 'POST', body, headers });
  expect(answer.status).toBe(202);
  const { job } = (await answer.json()) as { job: Job };
  expect((await web.ended(job.id)).status).toBe('completed');
}

async function scrape(input: object): Promise<void> {
  const headers = { accept: 'application/json', 'content-type': 'application/json' };
  const body = JSON.stringify(input);
  const answer = await web.request('/api/scrape', { method: 'POST', body, headers });
  expect(answer.status).toBe(202);
  const { job } = (await answer.json()) as { job: Job };
  expect((await web.ended(job.id)).status).toBe('completed');
}

/** The addresses of the pictures that the page of a post offers. */
async function offered(id: string, path = `/posts/archive/${id}`): Promise<string[]> {
  const headers = path.startsWith('/api/') ? { accept: 'text/html' } : NAVIGATION;
  const page = await web.request(path, { headers });
  const buttons = elements(await page.text(), '.show-picture');
  return buttons.map(({ attributes }) => attributes['data-own'] ?? '');
}

describe('FEATURES 49: a picture of an uploaded zip is read from it', () => {
  test.each<[string, string, (id: string) => Promise<Uint8Array> | Uint8Array]>([
    ['compressed', '101', (id) => written(archive(id))],
    ['in zip64 format', '102', (id) => written(archive(id), { zip64: true })],
    ['in a folder of the zip', '103', (id) => written(archive(id), { folder: 'twitter-2026/' })],
    ['as Windows writes it', '104', (id) => zipOf(archive(id), { backslashes: true })],
    ['as Finder writes it', '105', (id) => zipOf(archive(id), { dataDescriptors: true })],
    ['with bytes before the zip', '106', (id) => zipOf(archive(id), { before: 'before' })],
  ])('%s', async (_, id, make) => {
    await upload(await make(id), `archive-${id}.zip`);
    const [here = '', missing] = await offered(id);
    // What is not offered puts no error into the console.
    expect(missing).toBe('');
    expect(here).toBe(`/media/archive/${id}/0`);
    const answer = await web.request(here);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
    expect(answer.headers.get('content-length')).toBe(String(Buffer.byteLength(PICTURE)));
    expect(await answer.text()).toBe(PICTURE);
    // What other folders of the archive have is no picture of a post.
    expect((await web.request(`/media/archive/${id}/1`)).status).toBe(404);
  });

  test('and from the copy of an unpacked folder, which has no videos and nothing of messages', async () => {
    await using folder = await temporaryFolder();
    const content = { ...archive('108'), 'data/tweets_media/108-film.mp4': 'large' };
    const from = await writeFolder(join(folder.path, 'unpacked'), content);
    await receiveFolder(web.config.importsDir, from, new AbortController().signal);
    const copied = await readdir(join(web.config.importsDir, 'unpacked'), { recursive: true });
    expect(copied.filter((path) => path.includes('108'))).toEqual([
      join('data', 'tweets_media', '108-here.jpg'),
    ]);
    await scrape({ source: 'archive', archive: 'unpacked' });
    expect(await offered('108')).toEqual(['/media/archive/108/0', '']);
    expect(await (await web.request('/media/archive/108/0')).text()).toBe(PICTURE);
  });

  test('and is gone with the archive, wherever the post is shown', async () => {
    await upload(await written(archive('107')), 'archive-107.zip');
    expect((await web.request('/media/archive/107/0')).status).toBe(200);
    const paths = [
      '/posts/archive/107',
      '/find?q=source:archive&limit=1&sort=newest',
      '/authors/archive/ida_k?limit=1',
      '/api/find?source=archive&limit=1',
      '/api/posts?source=archive&limit=1',
    ];
    const firstOffered = async (path: string) => (await offered('107', path)).slice(0, 2);
    for (const path of paths)
      expect([path, await firstOffered(path)]).toEqual([path, ['/media/archive/107/0', '']]);
    await Bun.file(join(web.config.importsDir, 'archive-107.zip')).delete();
    expect((await web.request('/media/archive/107/0')).status).toBe(404);
    for (const path of paths) expect([path, await firstOffered(path)]).toEqual([path, ['', '']]);
  });
});
