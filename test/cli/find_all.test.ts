import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { join } from 'node:path';
import { createLibrary } from '../../src/library/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { makePost } from '../library/synthetic.ts';
import { freshDataDir } from '../support/server.ts';
import { run, stopCommands } from '../support/terminal.ts';

// Every command is a process of its own, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(stopCommands);

/** More than a find ranks. */
const POSTS = 1_300;
let dataDir: string;

beforeAll(() => {
  dataDir = freshDataDir();
  const db = openDatabase(join(dataDir, 'xgpt.sqlite'));
  createLibrary(db).savePosts(
    Array.from({ length: POSTS }, (_, at) =>
      makePost(at, { text: `kettle${' kettle'.repeat(at % 3)} ${at}` }),
    ),
  );
  db.close();
});

const kettles = (...words: string[]) => run(['find', 'kettle', ...words], { dataDir });

const itemsIn = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('FEATURES 47: more posts than are ranked', () => {
  test.each([['--by words'], [''], ['--sort newest'], ['--by words --sort newest']])(
    'as JSON are those of an export, in its order: %j',
    async (typed) => {
      const options = typed.split(' ').filter(Boolean);
      const exported = await kettles(...options, '--csv');
      const found = await kettles(...options, '--json', '--limit', '1000000');
      const posts = itemsIn(found.stdout);
      const ids = exported.stdout.match(/(?<=^test,)\d+/gm);
      expect(ids).toHaveLength(POSTS);
      expect(posts.map(({ id }) => id)).toEqual(ids as string[]);
      expect([found.code, found.stderr]).toEqual([0, exported.stderr]);
      for (const post of posts) {
        expect(post.marks).toContainEqual({ from: 0, to: 6 });
        expect(post.why).toEqual({ words: true });
      }
    },
  );

  test('are as many as --limit says, and the rest is told', async () => {
    const found = await kettles('--by', 'words', '--json', '--limit', '1100');
    expect(itemsIn(found.stdout)).toHaveLength(1_100);
    expect(found.stderr).toBe('There are 1,300 in all. Use --limit to show more.\n');
    const all = await kettles('--by', 'words', '--json', '--limit', '1300');
    expect([itemsIn(all.stdout).length, all.stderr]).toEqual([POSTS, '']);
  });

  test('as text have an empty line between any two, and the query is told as it was understood', async () => {
    const found = await kettles('--by', 'words', '--limit', '5000');
    expect(found.stdout.match(/^@ada /gm)).toHaveLength(POSTS);
    expect(found.stdout.split('\n\n')).toHaveLength(POSTS);
    expect(found.stderr).toBe('Posts with “kettle” · 1,300 posts\n');
  });

  test('say when there is none', async () => {
    const few = ['find', 'zeppelin', '--by', 'words', '--json', '--limit', '1000'];
    const many = few.with(-1, '1000000');
    expect(await run(many, { dataDir })).toEqual(await run(few, { dataDir }));
    expect((await run(many, { dataDir })).stderr).toStartWith('Nothing found.\n');
  });
});
