import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { closeApps, setupApp, type TestApp } from '../support/app.ts';
import { appAgent, dataOf, type Json, REVISIONS } from './agents.ts';

afterAll(closeApps);

/** More of each than is listed, and of all together more than 64 pages of 50. */
const HELD = { jobs: 210, profiles: 310, posts: 3_300 };

const LISTED = { jobs: 200, profiles: 300, posts: 500 };

let web: TestApp;

beforeAll(async () => {
  web = await setupApp({ XGPT_MAX_WAITING: '1000' });
  const { database, tracker } = web;
  const rows = (count: number) =>
    `WITH RECURSIVE row (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM row WHERE n < ${count})`;
  database.run(`${rows(HELD.posts)}
    INSERT INTO posts (source, id, kind, author, author_name, text, created_at, links, media, collected_at, updated_at)
    SELECT 'sample', n, 'post', 'ada', 'Ada', 'text ' || n, 1000 * n, '[]', '[]', 0, 0 FROM row`);
  database.run(`${rows(HELD.profiles)}
    INSERT INTO profiles (source, id, username, name, bio, folded, collected_at, updated_at)
    SELECT 'sample', n, 'user_' || (1000 + n), 'Ada', '', '', 0, 0 FROM row`);
  await tracker.enqueueMany(
    Array.from({ length: HELD.jobs }, (_, index) => ({
      type: 'scrape' as const,
      input: { username: 'aurora_lab', maxTweets: index + 1 },
    })),
  );
});

const kindOf = (uri: string) => uri.split('/')[2] ?? '';

function countKinds(uris: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const uri of uris) counts[kindOf(uri)] = (counts[kindOf(uri)] ?? 0) + 1;
  return counts;
}

describe.each(REVISIONS)('a large library, for the official client of revision %s', (revision) => {
  test('FEATURES 57: is listed by its newest jobs and posts and its first profiles', async () => {
    const { client } = await appAgent(web, { revision });
    // Without a cursor the client reads all pages, and fails when there are more than 64.
    const { resources } = await client.listResources();
    const uris = resources.map(({ uri }) => uri);
    expect(countKinds(uris)).toEqual(LISTED);
    expect(new Set(uris).size).toBe(uris.length);
    expect(uris.at(LISTED.jobs + LISTED.profiles)).toBe(`xgpt://posts/sample/${HELD.posts}`);
    expect(uris.at(-1)).toBe(`xgpt://posts/sample/${HELD.posts - LISTED.posts + 1}`);
    const [newest] = web.tracker.getAllJobs();
    expect(uris[0]).toBe(`xgpt://jobs/${newest?.id}`);
  });

  test('FEATURES 57: is reached by the templates beyond what is listed', async () => {
    const agent = await appAgent(web, { revision });
    const { contents } = await agent.client.readResource({ uri: 'xgpt://posts/sample/1' });
    expect(JSON.stringify(contents)).toInclude('text 1');
    const { posts } = dataOf(await agent.call('find', { q: 'from:ada', limit: 1 }));
    expect((posts as Json[])[0]).toMatchObject({ id: String(HELD.posts) });
    expect(agent.client.getInstructions()).toInclude('resources/list has at most 1,000 of them');
  });
});
