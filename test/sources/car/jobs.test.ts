import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { closeApps, setupApp, type TestApp } from '../../support/app.ts';
import { writeFolder, writeZip } from '../../support/archive_fixture.ts';
import {
  did,
  exportOf,
  manyPosts,
  post,
  postPath,
  type Records,
  tid,
} from '../../support/car_fixture.ts';
import { startServer, stopServers } from '../../support/server.ts';
import { until } from '../../support/wait.ts';

setDefaultTimeout(120_000);

let web: TestApp;
beforeAll(async () => {
  web = await setupApp();
  await web.tracker.start();
  await mkdir(web.config.importsDir, { recursive: true });
});
afterAll(async () => {
  await stopServers();
  await closeApps();
});

const theirs = 'at://did:plc:other/app.bsky.feed.post/3kaaaaaaaaa22';
const reply = { reply: { root: { uri: theirs }, parent: { uri: theirs } } };
const repost = {
  $type: 'app.bsky.feed.repost',
  subject: { uri: theirs },
  createdAt: '2026-01-02T00:00:00Z',
};
const repostPath = `app.bsky.feed.repost/${tid(Date.UTC(2026, 0, 2))}`;

const records: Records = {
  ...manyPosts(150),
  [postPath(200)]: post(200, reply),
  [postPath(201)]: { ...post(201), text: 1 },
  [repostPath]: repost,
  'app.bsky.actor.profile/self': { $type: 'app.bsky.actor.profile', displayName: 'Aurora' },
};

const pathOf = (name: string) => join(web.config.importsDir, name);

async function importArchive(archive: string, input: object = {}) {
  const { id } = await web.tracker.enqueue('scrape', { source: 'archive', archive, ...input });
  return await web.ended(id);
}

describe('FEATURES 39: an import of a Bluesky export', () => {
  test('stores the posts of the account and says what was left out', async () => {
    await Bun.write(pathOf('repo.car'), exportOf(records));
    const job = await importArchive('repo.car');
    expect(job).toMatchObject({
      status: 'completed',
      result: {
        username: did,
        posts: 150,
        newPosts: 150,
        leftOut: { replies: 1, reposts: 1, unreadable: 1 },
      },
    });
    const all = await importArchive('repo.car', { includeReplies: true, includeRetweets: true });
    expect(all.result).toMatchObject({ posts: 152, newPosts: 2, leftOut: { unreadable: 1 } });
    expect(web.library.posts({ source: 'bluesky' }).total).toBe(152);
    expect(web.library.profiles({ q: 'Aurora' }).profiles).toMatchObject([
      { source: 'bluesky', id: did, posts: 152, postsHeld: 152 },
    ]);
  });

  test('joins what a live scrape has stored of the same account, whichever comes first', async () => {
    await Bun.write(pathOf('repo.car'), exportOf(records));
    await importArchive('repo.car', { includeRetweets: true });
    const live = {
      source: 'bluesky',
      authorId: did,
      author: 'aurora.example',
      authorName: 'Aurora Lab',
    };
    const asOf = new Date(Date.UTC(2026, 7, 1));
    const [path, createdAt] = [postPath(149), new Date(Date.UTC(2026, 0, 1, 2, 29))];
    web.library.saveProfiles([
      { source: 'bluesky', id: did, username: 'aurora.example', name: 'Aurora Lab', bio: '', asOf },
    ]);
    web.library.savePosts([
      {
        ...live,
        id: `at://${did}/${path}`,
        kind: 'post',
        text: 'Post 149',
        createdAt,
        links: [],
        media: [],
        likes: 7,
        asOf,
      },
      {
        ...live,
        id: `at://${did}/${repostPath}`,
        kind: 'repost',
        text: 'RT @other.example: Hello',
        createdAt,
        links: [],
        media: [],
        asOf,
      },
    ]);
    const later = { rev: tid(Date.UTC(2026, 8, 1)) };
    await Bun.write(pathOf('later.car'), exportOf(records, later));
    expect((await importArchive('later.car', { includeRetweets: true })).result).toMatchObject({
      username: 'aurora.example',
      newPosts: 0,
    });
    const { posts, total } = web.library.posts({ author: 'aurora.example', limit: 100 });
    expect(total).toBeGreaterThan(1);
    expect(web.library.posts({ author: did }).total).toBe(total);
    expect(posts.find(({ id }) => id.endsWith(path))).toMatchObject({ likes: 7, text: 'Post 149' });
    expect(posts.find(({ kind }) => kind === 'repost')).toMatchObject({
      text: 'RT @other.example: Hello',
    });
  });

  test('reads one in a zip and one in a folder, and leaves no copy', async () => {
    const car = exportOf(records);
    await writeZip(pathOf('zipped.zip'), { 'readme.txt': 'x', 'export/repo.car': car as never });
    await writeFolder(pathOf('folder'), { 'readme.txt': 'x', 'export/repo.car': car as never });
    for (const archive of ['zipped.zip', 'folder']) {
      const job = await importArchive(archive);
      expect(job.result).toMatchObject({ posts: 150, leftOut: { replies: 1 } });
    }
    expect((await readdir(web.config.importsDir)).filter((name) => name.startsWith('.'))).toEqual(
      [],
    );
  });

  test('reads one by its content when its name says otherwise', async () => {
    await Bun.write(pathOf('renamed.zip'), exportOf(records));
    expect((await importArchive('renamed.zip')).result).toMatchObject({ posts: 150 });
  });

  test('with one changed byte or a cut end stores nothing', async () => {
    const car = exportOf(
      { ...manyPosts(10), [postPath(5000)]: post(5000) },
      { did: 'did:plc:damaged' },
    );
    const changed = Buffer.from(car);
    changed[car.length - 20] = (changed[car.length - 20] ?? 0) ^ 1;
    for (const [name, bytes] of [
      ['changed.car', changed],
      ['cut.car', car.subarray(0, -20)],
    ] as const) {
      await Bun.write(pathOf(name), bytes);
      const job = await importArchive(name);
      expect(job).toMatchObject({ status: 'failed', attempt: 1 });
      expect(job.errors?.at(-1)).toContain('The Bluesky export is damaged');
    }
    expect(web.library.posts({ author: 'did:plc:damaged' }).total).toBe(0);
  });
});

test('a killed import continues after its last page and ends with exactly its posts', async () => {
  let server = await startServer();
  const imports = join(server.dataDir, 'imports');
  await mkdir(imports, { recursive: true });
  await Bun.write(join(imports, 'repo.car'), exportOf({ ...manyPosts(4000), ...records }));
  const { id } = await server.start('scrape', { source: 'archive', archive: 'repo.car' });
  const stored = async () => (await server.json<{ total: number }>('/api/posts?limit=1')).total;
  await until('it has begun to store', async () => (await stored()) > 0);
  await server.end('SIGKILL');
  server = await startServer(server.dataDir);
  expect(await server.ended(id)).toMatchObject({
    status: 'completed',
    attempt: 2,
    result: { posts: 3998, newPosts: 3998, leftOut: { replies: 1, reposts: 1, unreadable: 1 } },
  });
  expect(await stored()).toBe(3998);
  await server.end('SIGTERM');
});
