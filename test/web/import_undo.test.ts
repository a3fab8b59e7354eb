import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Job } from '../../src/jobs/index.ts';
import type { StoredImport } from '../../src/operations/scrape/imports.ts';
import { closeApps, NAVIGATION, setupApp, type TestApp } from '../support/app.ts';
import {
  accountFiles,
  manyTweets,
  part,
  temporaryFolder,
  writeZip,
} from '../support/archive_fixture.ts';
import { exportOf, manyPosts } from '../support/car_fixture.ts';

afterAll(closeApps);

let web: TestApp;
beforeAll(async () => {
  web = await setupApp({});
  await web.tracker.start();
});

const JSON_HEADERS = { accept: 'application/json' };

async function upload(content: Record<string, string>, name: string, path = '/api/scrape') {
  await using folder = await temporaryFolder();
  const zip = await writeZip(join(folder.path, 'archive.zip'), content);
  const body = new FormData();
  body.append('file', new File([await Bun.file(zip).arrayBuffer()], name));
  return web.request(path, { method: 'POST', body, headers: JSON_HEADERS });
}

/** Uploads an archive of `count` posts and imports it. */
async function imported(name: string, count: number): Promise<Job> {
  const posts = part('tweets.part0', manyTweets(count));
  const response = await upload({ ...accountFiles('ida_k'), 'data/tweets.js': posts }, name);
  const { job } = (await response.json()) as { job: Job };
  return web.ended(job.id);
}

const listed = async () =>
  ((await (await web.json('/api/imports')).json()) as { imports: StoredImport[] }).imports;
const undo = (name: string) => web.json(`/api/imports/${name}/undo`, { method: 'POST' });
const counts = () => web.library.counts();

describe('undoing an import', () => {
  test('removes what only it has brought, and says how many posts stayed', async () => {
    await imported('one.zip', 130);
    await imported('two.zip', 30);
    expect(await listed()).toMatchObject([
      { name: 'two.zip', posts: 30 },
      { name: 'one.zip', posts: 130 },
    ]);
    const undone = await (await undo('one.zip')).json();
    expect(undone).toMatchObject({ undone: { name: 'one.zip', removed: 100, stayed: 30 } });
    expect(counts()).toMatchObject({ posts: 30, profiles: 1 });
    expect(await (await undo('two.zip')).json()).toMatchObject({ undone: { removed: 30 } });
    expect(counts()).toMatchObject({ posts: 0, profiles: 0 });
    expect(await listed()).toMatchObject([{ posts: 0 }, { posts: 0 }]);
  });

  test('B18: is in the headline of its job, until it is imported again', async () => {
    const { id } = await imported('headline.zip', 40);
    const headline = async () =>
      /<h1 class="report-headline".*?<\/h1>/s
        .exec(await (await web.request(`/jobs/${id}`)).text())?.[0]
        ?.replace(/<[^>]*>/g, '')
        .trim();
    expect(await headline()).toStartWith('Completed: 40 posts of @ida_k, 40 new');
    await undo('headline.zip');
    expect(await headline()).toBe('Undone: 40 posts of @ida_k, 40 new');
    const again = await web.tracker.enqueue('scrape', {
      source: 'archive',
      archive: 'headline.zip',
    });
    await web.ended(again.id);
    expect(await headline()).toStartWith('Completed: 40 posts');
    await undo('headline.zip');
    await rm(join(web.config.importsDir, 'headline.zip'));
  });

  test('leaves the archive, which can be imported again', async () => {
    const { id } = await web.tracker.enqueue('scrape', { source: 'archive', archive: 'two.zip' });
    expect((await web.ended(id)).result).toMatchObject({ posts: 30, newPosts: 30 });
    expect((await undo('two.zip')).status).toBe(200);
  });

  test('that was removed meanwhile is possible, and its name is not given to another', async () => {
    await imported('gone.zip', 12);
    await web.post('/api/imports/gone.zip/remove');
    const gone = (await listed()).at(-1);
    expect(gone).toMatchObject({ name: 'gone.zip', posts: 12, removed: true });
    const page = await (await web.request('/scrape', { headers: NAVIGATION })).text();
    expect(page).toContain('12 posts kept');
    await imported('gone.zip', 1);
    expect(await readdir(web.config.importsDir)).toContain('gone-2.zip');
    expect(await (await undo('gone.zip')).json()).toMatchObject({
      undone: { removed: 11, stayed: 1 },
    });
    expect((await listed()).map(({ name }) => name)).not.toContain('gone.zip');
    await undo('gone-2.zip');
  });

  test('of an unknown name is refused, and of one without posts says that there is none', async () => {
    expect((await undo('none.zip')).status).toBe(404);
    const response = await web.post('/api/imports/one.zip/undo', {}, { accept: 'text/plain' });
    expect(await response.text()).toBe(
      'There was nothing to undo: no post in the library is from one.zip.\n',
    );
  });

  test('is refused while a job of that import waits', async () => {
    const later = { source: 'archive', archive: 'one.zip' };
    await web.tracker.stop();
    const { id } = await web.tracker.enqueue('scrape', later);
    const response = await undo('one.zip');
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({
      error: { code: 'import_in_use', message: expect.stringContaining('is importing one.zip') },
    });
    await web.tracker.start();
    await web.ended(id);
    expect((await undo('one.zip')).status).toBe(200);
  });

  test('is offered on the page of its job; without JavaScript the list says what happened', async () => {
    const { id } = await imported('three.zip', 3);
    const report = await (await web.request(`/jobs/${id}`, { headers: NAVIGATION })).text();
    expect(report).toContain('action="/api/imports/three.zip/undo"');
    const response = await web.request('/api/imports/three.zip/undo', {
      method: 'POST',
      headers: NAVIGATION,
    });
    expect(response.status).toBe(303);
    const page = response.headers.get('location') ?? '';
    const list = await web.request(page.split('#')[0] ?? '', { headers: NAVIGATION });
    expect(await list.text()).toContain('3 posts of three.zip were removed.');
    expect(counts().posts).toBe(0);
  });

  test('C18: a removal and an upload without an import also say so on a page without JavaScript', async () => {
    const pageAfter = async (path: string, init: RequestInit) => {
      const response = await web.request(path, { method: 'POST', headers: NAVIGATION, ...init });
      expect(response.status).toBe(303);
      const [page = ''] = (response.headers.get('location') ?? '').split('#');
      return (await web.request(page, { headers: NAVIGATION })).text();
    };
    await using folder = await temporaryFolder();
    const posts = part('tweets.part0', manyTweets(4));
    const content = { ...accountFiles('ida_k'), 'data/tweets.js': posts };
    const zip = await writeZip(join(folder.path, 'four.zip'), content);
    const body = new FormData();
    body.append('file', new File([await Bun.file(zip).arrayBuffer()], 'four.zip'));
    const stored = 'four.zip was stored. Choose Import to read its posts.';
    expect(await pageAfter('/api/imports', { body })).toContain(stored);
    const removed = 'four.zip was removed. Its imported posts are kept.';
    expect(await pageAfter('/api/imports/four.zip/remove', {})).toContain(removed);
  });
});

describe('a Bluesky export', () => {
  const send = (bytes: Uint8Array<ArrayBuffer>) => {
    const body = new FormData();
    body.append('username', 'ida.example');
    body.append('file', new File([bytes], 'My repo.CAR'));
    return web.request('/api/scrape', { method: 'POST', body, headers: JSON_HEADERS });
  };

  test('is uploaded, imported under its own ending, and undone', async () => {
    const response = await send(new Uint8Array(exportOf(manyPosts(40))));
    expect(response.status).toBe(202);
    const { job } = (await response.json()) as { job: Job };
    expect(job.metadata).toMatchObject({ archive: 'My-repo.car' });
    const { result } = await web.ended(job.id);
    expect(result).toMatchObject({ username: 'ida.example', posts: 40 });
    expect(web.library.posts({ source: 'bluesky' }).total).toBe(40);
    expect(await (await undo('My-repo.car')).json()).toMatchObject({ undone: { removed: 40 } });
  });

  test('that is none is refused in words that name it', async () => {
    const response = await send(new TextEncoder().encode('a shopping list'));
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      error: { details: { file: expect.stringContaining('The Bluesky export is damaged') } },
    });
  });
});

describe('C18: a zip that is no archive', () => {
  const holiday = { 'photo.txt': 'not a photo' };

  test('is not kept when it is uploaded, and the field says why', async () => {
    const before = await readdir(web.config.importsDir);
    const jobs = web.tracker.getAllJobs().length;
    for (const path of ['/api/scrape', '/api/imports']) {
      const response = await upload(holiday, 'holiday.zip', path);
      expect(response.status).toBe(422);
      expect(await response.json()).toMatchObject({
        error: { details: { file: expect.stringContaining('not an X data archive') } },
      });
    }
    expect(await readdir(web.config.importsDir)).toEqual(before);
    expect(web.tracker.getAllJobs()).toHaveLength(jobs);
  });

  test('that was copied here is kept, and listed with the reason and a button', async () => {
    await writeZip(join(web.config.importsDir, 'copied.zip'), holiday);
    const { id } = await web.tracker.enqueue('scrape', {
      source: 'archive',
      archive: 'copied.zip',
    });
    expect((await web.ended(id)).status).toBe('failed');
    const problem = expect.stringContaining('not an X data archive');
    expect(await listed()).toContainEqual(expect.objectContaining({ name: 'copied.zip', problem }));
    const page = await (await web.request('/scrape', { headers: NAVIGATION })).text();
    expect(page).toContain('Could not be read: This is not an X data archive');
    expect((await web.post('/api/imports/copied.zip/remove')).status).toBe(200);
    expect((await listed()).map(({ name }) => name)).not.toContain('copied.zip');
  });

  test('with a sound account and damaged posts is kept with the reason, until it is sound', async () => {
    const damaged = {
      ...accountFiles('ida_k'),
      'data/tweets.js': 'window.YTD.tweets.part0 = [ {"tw',
    };
    const response = await upload(damaged, 'damaged.zip');
    const { job } = (await response.json()) as { job: Job };
    expect((await web.ended(job.id)).status).toBe('failed');
    expect(await listed()).toContainEqual(
      expect.objectContaining({ name: 'damaged.zip', problem: expect.any(String) }),
    );
    const path = join(web.config.importsDir, 'damaged.zip');
    await rm(path);
    await writeZip(path, { ...damaged, 'data/tweets.js': part('tweets.part0', manyTweets(2)) });
    const { id } = await web.tracker.enqueue('scrape', {
      source: 'archive',
      archive: 'damaged.zip',
    });
    await web.ended(id);
    const sound = (await listed()).find(({ name }) => name === 'damaged.zip');
    expect(sound).toMatchObject({ posts: 2 });
    expect(sound).not.toHaveProperty('problem');
  });
});

test('an import that a job waits to read can be neither removed nor undone', async () => {
  const idle = await setupApp({});
  await Bun.write(join(idle.config.importsDir, '.keep'), '');
  await writeZip(join(idle.config.importsDir, 'busy.zip'), {
    ...accountFiles('ida_k'),
    'data/tweets.js': part('tweets.part0', manyTweets(2)),
  });
  await idle.tracker.enqueue('scrape', { source: 'archive', archive: 'busy.zip' });
  for (const [what, done] of [
    ['remove', 'removed'],
    ['undo', 'undone'],
  ]) {
    const refused = await idle.json(`/api/imports/busy.zip/${what}`, { method: 'POST' });
    expect(refused.status).toBe(409);
    expect(await refused.text()).toContain(`The import was not ${done}.`);
  }
  expect(await readdir(idle.config.importsDir)).toContain('busy.zip');
});
