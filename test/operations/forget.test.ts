import { afterAll, beforeEach, expect, test } from 'bun:test';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Job } from '../../src/jobs/index.ts';
import type { NotePlace } from '../../src/operations/operation.ts';
import { resultSummary, wordsOf } from '../../src/operations/words.ts';
import type { Post } from '../../src/sources/post.ts';
import { expectAgreement } from '../library/vectors/agreement.ts';
import { closeApps, NAVIGATION, setupApp, type TestApp } from '../support/app.ts';
import { accountFiles, manyTweets, part, writeZip } from '../support/archive_fixture.ts';
import { until } from '../support/wait.ts';
import { textOf } from '../views/job_view.ts';
import { attributesOf, elements } from '../views/pages/fixtures.ts';

afterAll(closeApps);

let web: TestApp;
beforeEach(async () => {
  web = await setupApp();
  await web.tracker.start();
});

const post = (id: string, over: Partial<Post> = {}): Post => ({
  source: 'sample',
  id,
  kind: 'post',
  author: 'ada',
  authorName: 'Ada',
  text: `comet ${id}`,
  createdAt: new Date(Date.UTC(2026, 0, 1)),
  links: [],
  media: [],
  ...over,
});

function saveAda() {
  const { library } = web;
  const own = Array.from({ length: 250 }, (_, n) => post(`a${n}`));
  const { posts } = library.save({
    posts: [
      ...own,
      post('older-name', { author: 'ada_old', authorId: 'id-1' }),
      post('elsewhere', { source: 'x' }),
      post('other', { author: 'bo', quote: { id: 'a1', author: 'ada', text: 'comet' } }),
    ],
    profiles: [
      { source: 'sample', id: 'id-1', username: 'Ada', name: 'Ada', bio: '' },
      { source: 'sample', id: 'id-2', username: 'bo', name: 'Bo', bio: '' },
    ],
    marks: [
      { source: 'sample', account: 'id-1', options: '', newest: { at: 1, id: 'a1' } },
      { source: 'sample', account: 'id-2', options: '', newest: { at: 1, id: 'other' } },
    ],
  });
  const vectors = posts.keys.map((key) => ({ key, vector: Float32Array.of(1, 0) }));
  library.saveVectors('m', vectors);
}

async function run(input: { username: string; onlyCount?: boolean }) {
  const { id } = await web.tracker.enqueue('forget', { source: 'sample', ...input });
  return web.ended(id);
}

test('FEATURES 49: an author is deleted with posts, vectors, words, profile and marks', async () => {
  saveAda();
  const { library } = web;
  expect(await run({ username: '@ada' })).toMatchObject({
    status: 'completed',
    result: { username: 'ada', posts: 251, profiles: 1 },
    progress: { current: 251, total: 251 },
  });
  const left = library.posts({ limit: 10 }).posts.map(({ id }) => id);
  expect(left.sort()).toEqual(['elsewhere', 'other']);
  expect(library.counts()).toEqual({ posts: 2, profiles: 1, vectors: 2 });
  expect(library.posts({ q: 'a100' }).total).toBe(0);
  const listing = { source: 'sample', options: '' };
  expect(library.mark({ ...listing, account: 'id-1' })).toBeUndefined();
  expect(library.mark({ ...listing, account: 'id-2' })).toBeDefined();
});

test('only counting says how much it is, and deletes nothing', async () => {
  saveAda();
  expect((await run({ username: 'ADA', onlyCount: true })).result).toEqual({
    username: 'ADA',
    source: 'sample',
    elsewhere: ['x'],
    posts: 251,
    profiles: 1,
    counted: true,
  });
  expect(web.library.counts()).toMatchObject({ posts: 253, profiles: 2 });
});

test('the page of a job that only counted leads to the form that deletes', async () => {
  saveAda();
  const job = await run({ username: 'ada', onlyCount: true });
  const page = await web.request(`/jobs/${job.id}`, { headers: NAVIGATION });
  const html = await page.text();
  expect(textOf(html)).toContain('Delete them');
  expect(textOf(html)).toContain('Removing the job brings nothing back, and deletes nothing else.');
  expect(textOf(html)).not.toContain('collected.');
  const [link] = elements(html, 'main a[href*="onlyCount=false"]');
  const path = link?.attributes.href?.replaceAll('&amp;', '&') ?? '';
  expect(path).toBe('/forget?username=ada&source=sample&onlyCount=false');
  const form = await (await web.request(path, { headers: NAVIGATION })).text();
  expect(attributesOf(form, '#username').value).toBe('ada');
  expect(attributesOf(form, 'input[type="checkbox"][name="onlyCount"]')).not.toHaveProperty(
    'checked',
  );
  expect(textOf(form)).toContain('Deletes all posts of @ada from the source sample');
  for (const input of [{ username: 'ada' }, { username: 'nobody', onlyCount: true }]) {
    const { id } = await run(input);
    const other = await web.request(`/jobs/${id}`, { headers: NAVIGATION });
    expect(textOf(await other.text())).not.toContain('Delete them');
  }
});

test('who is not in the library is no failure', async () => {
  expect(await run({ username: 'nobody' })).toMatchObject({
    status: 'completed',
    result: { posts: 0, profiles: 0 },
  });
});

test('a cancelled job keeps what it has not reached, and can be started again', async () => {
  const { library, tracker } = web;
  const { posts } = library.save({ posts: Array.from({ length: 4_000 }, (_, n) => post(`c${n}`)) });
  const vectors = posts.keys.map((key) => ({ key, vector: Float32Array.of(1, 0) }));
  library.saveVectors('m', vectors);
  const { id } = await tracker.enqueue('forget', { source: 'sample', username: 'ada' });
  await until('it deletes posts', () => library.counts().posts < 4_000);
  await tracker.cancelJob(id);
  expect((await web.ended(id)).status).toBe('cancelled');
  const left = library.counts().posts;
  expect(left).toBeGreaterThan(0);
  expect(library.posts({ q: 'comet' }).total).toBe(left);
  expect(library.counts().vectors).toBe(left);
  expectAgreement(web.database);
  expect((await run({ username: 'ada' })).result).toMatchObject({ posts: left });
  expect(library.counts().posts).toBe(0);
});

test('the result names the source, and the others that have an author of that name', async () => {
  saveAda();
  const { id } = await web.tracker.enqueue('forget', {
    source: 'bluesky',
    username: 'ada.example',
  });
  expect(resultSummary(await web.ended(id))).toBe(
    'no posts of @ada.example from the source bluesky deleted',
  );
  const counted = await run({ username: 'ada', onlyCount: true });
  expect(resultSummary(counted)).toBe('251 posts and 1 profile of @ada from the source sample');
  const said = (place: NotePlace) =>
    wordsOf('forget')
      .notes?.(counted.result as Record<string, unknown>, place)
      .at(-1);
  expect(said('terminal')).toBe(
    'There are also posts of @ada from x. To delete those, add --source x.',
  );
  expect(said('page')).toContain('To delete those, choose x as the source.');
  const page = await web.request(`/jobs/${counted.id}`, { headers: NAVIGATION });
  expect(textOf(await page.text())).toContain('There are also posts of @ada from x.');
});

test('the button says what a press does, and nothing is offered to be repeated', async () => {
  const button = async (query: string) => {
    const form = await (await web.request(`/forget?${query}`, { headers: NAVIGATION })).text();
    expect(elements(form, '[name^="repeat."]')).toEqual([]);
    return /class="primary"[^>]*>([^<]+)</.exec(form)?.[1];
  };
  expect(await button('username=ada')).toBe('Count');
  expect(await button('username=ada&onlyCount=false')).toBe('Delete');
});

test('archives that still have the posts are named, with how to remove them', async () => {
  const { importsDir, library } = web;
  mkdirSync(importsDir, { recursive: true });
  const archive = { ...accountFiles('ada'), 'data/tweets.js': part('tweets', manyTweets(2)) };
  await writeZip(join(importsDir, 'own.zip'), archive);
  await writeZip(join(importsDir, 'others.zip'), { ...archive, ...accountFiles('bo') });
  await Bun.write(join(importsDir, "ada's posts.zip"), 'It cannot be read any more.');
  for (const [name, author] of [
    ["ada's posts.zip", 'ada'],
    ['removed.zip', 'ada'],
    ['others.zip', 'bo'],
  ] as const)
    library.save({ posts: [post(name, { source: 'archive', author })], import: name });
  const forget = async (input: { username: string; source: string; onlyCount?: boolean }) =>
    web.ended((await web.tracker.enqueue('forget', input)).id);

  const counted = await forget({ source: 'archive', username: 'Ada', onlyCount: true });
  const archivesOf = ({ result }: Job) => (result as { archives: string[] }).archives.toSorted();
  const both = ["ada's posts.zip", 'own.zip'];
  expect(counted.result).toMatchObject({ counted: true });
  expect(archivesOf(counted)).toEqual(both);
  const job = await forget({ source: 'archive', username: 'Ada' });
  expect(job.result).toMatchObject({ posts: 2 });
  expect(archivesOf(job)).toEqual(both);
  const said = wordsOf('forget').notes?.(job.result as Record<string, unknown>, 'terminal');
  expect(said?.join()).toContain('another import would bring them back. To remove them, run');
  expect(said?.join()).toContain(`xgpt imports remove 'ada'\\''s posts.zip'`);
  const html = await (await web.request(`/jobs/${job.id}`, { headers: NAVIGATION })).text();
  expect(textOf(html)).toMatch(/The archives .* still have the posts and pictures/);
  expect(attributesOf(html, 'main a[href$="/scrape?source=archive"]')).toBeDefined();

  expect((await forget({ source: 'x', username: 'ada' })).result).toMatchObject({
    archives: ['own.zip'],
  });
  expect((await forget({ source: 'sample', username: 'ada' })).result).not.toHaveProperty(
    'archives',
  );
});
