import { afterAll, expect, test } from 'bun:test';
import { addLeftOut } from '../../src/operations/scrape/left_out.ts';
import { type Source, Unauthorised } from '../../src/sources/source.ts';
import { makePost } from '../library/synthetic.ts';
import { closeApps, setupApp } from '../support/app.ts';

afterAll(closeApps);

/** Three pages of two posts, each of which leaves something out. It fails once, after the first. */
function failingOnce(): Source {
  let hasFailed = false;
  return {
    name: 'failing',
    label: 'a source that fails once',
    pageSize: 2,
    pageMs: 0,
    async *posts({ cursor = '0' }) {
      for (let page = Number(cursor); page < 3; page += 1) {
        if (page === 1 && !hasFailed) {
          hasFailed = true;
          throw new Unauthorised('The session has ended.');
        }
        yield {
          items: [1, 2].map((n) => makePost(page * 2 + n, { source: 'failing' })),
          cursor: page < 2 ? String(page + 1) : undefined,
          leftOut: { replies: 2, reposts: 0, promoted: page },
          notes: [`Page ${page} has a note.`],
        };
      }
    },
  };
}

test('C1: what was left out is summed up over all pages, also by a job that was resumed', async () => {
  const web = await setupApp({}, { addSources: () => [failingOnce()] });
  await web.tracker.start();
  const { id } = await web.tracker.enqueue('scrape', { username: 'ada', source: 'failing' });
  expect((await web.ended(id)).status).toBe('failed');
  await web.tracker.retryJob(id);
  expect((await web.ended(id)).result).toMatchObject({
    posts: 6,
    newPosts: 6,
    leftOut: { replies: 6, promoted: 3 },
  });
  const log = await (await web.request(`/api/jobs/${id}/log`)).text();
  for (const page of [0, 1, 2]) expect(log).toContain(`Page ${page} has a note.`);
  expect(log).toContain('6 replies were left out. Tick “Include replies” to read them too.');
  expect(log).toContain('3 advertisements were left out.');
});

test.each([
  [undefined, undefined, undefined],
  [{ replies: 0 }, {}, undefined],
  [
    { replies: 1, foreign: 2 },
    { replies: 2, reposts: 3 },
    { replies: 3, foreign: 2, reposts: 3 },
  ],
])('%o and %o are %o', (one, other, sum) => {
  expect(addLeftOut(one, other)).toEqual(sum);
});
