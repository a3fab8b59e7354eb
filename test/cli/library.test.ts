import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { join } from 'node:path';
import { createLibrary } from '../../src/library/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { makePosts } from '../library/synthetic.ts';
import { CACHED_MODEL } from '../support/model_cache.ts';
import { freshDataDir, stopServers } from '../support/server.ts';
import { SOURCES } from '../support/source_names.ts';
import { run, startInTerminal, stopCommands } from '../support/terminal.ts';

// Every command is a process of its own, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(stopCommands);
afterAll(stopServers);

let dataDir: string;

const xgpt = (...words: string[]) => run(words, { dataDir, env: { XGPT_MODEL_DIR: CACHED_MODEL } });

const itemsIn = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

beforeAll(async () => {
  dataDir = freshDataDir();
  await xgpt('scrape', 'aurora_lab', '--max', '250');
  await xgpt('scrape', 'coach_tomas_ridge', '--max', '10');
  await xgpt('users', 'discover', 'climbing', 'coach', '--max', '3');
}, 600_000);

describe('FEATURES 47, 48: find', () => {
  test('finds as the page does: words, operators, and what each is good for', async () => {
    const found = await xgpt('find', 'telescope -moon from:aurora_lab', '--by', 'words', '--json');
    const posts = itemsIn(found.stdout);
    expect(posts.length).toBeGreaterThan(0);
    for (const post of posts)
      expect(post).toMatchObject({ author: 'aurora_lab', why: { words: true } });
    expect(await xgpt('find', 'telescope')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('found by words alone'),
    });
  });

  test('prints everything as CSV, or as much of it as is wanted', async () => {
    const { stdout } = await xgpt('find', '--author', 'aurora_lab', '--csv');
    expect(stdout).toStartWith('source,id,kind,author,');
    expect(stdout.match(/^sample,/gm)).toHaveLength(250);
    const some = await xgpt('find', '--author', 'aurora_lab', '--csv', '--limit', '3');
    expect(some.stdout.match(/^sample,/gm)).toHaveLength(3);
    expect(some.stderr).toBe('');
  });

  test('tells how the query was understood beside the posts, and notes beside a CSV file too', async () => {
    const words = ['find', 'telescope', '-moon', '--by', 'words', '--limit', '2'];
    const found = await xgpt(...words);
    expect(found.stderr).toMatch(/^Posts with “telescope”, without “moon” · \d+ posts\n/);
    expect(found.stdout).toStartWith('@');
    expect((await xgpt(...words, '--json')).stderr).not.toContain('Posts with');
    const nothing = await xgpt('find', 'zeppelin', '--by', 'words');
    expect(nothing).toMatchObject({
      stdout: '',
      stderr: expect.stringMatching(/^Nothing found\.\nPosts with “zeppelin” · 0 posts\n/),
    });
    expect((await xgpt('find', 'telescope', '--csv')).stderr).toContain('found by words alone');
    const unknown = ['find', 'telescopf', 'from:', '--by', 'words'];
    const csv = await xgpt(...unknown, '--csv');
    expect(csv.stdout).toMatch(/^source,id,kind,[^\n]*\r\n$/);
    expect(csv.stderr).toStartWith('Did you mean: telescope');
    expect(csv.stderr).toContain('Note: “from:” has no value');
    expect(csv.stderr).toContain('Note: No post has “telescopf”.');
    expect((await xgpt(...unknown, '--json')).stderr).toBe(`Nothing found.\n${csv.stderr}`);
  });

  test('takes a word with a hyphen as one that is excluded, wherever it stands', async () => {
    const excluding = (...words: string[]) =>
      xgpt('find', ...words, '--by', 'words', '--limit', '1');
    expect((await excluding('-moon', 'telescope')).stderr).toContain('“telescope”, without “moon”');
    expect((await excluding('-Venus')).stderr).toStartWith('Posts without “Venus”');
    expect((await excluding('-hello')).stderr).toStartWith('Posts without “hello”');
    const both = await xgpt('find', '-moon', '--by', 'words', '--limit', '1', '--', '-tea');
    expect(both.stderr).toStartWith('Posts without “moon” or “tea”');
    expect(await xgpt('find', '-moon', '--limt', '1')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^Unknown option '--limt'\.\n\(Did you mean --limit\?\)/),
    });
    expect((await xgpt('posts', '-moon')).stderr).toContain('put -- before it: posts -- -moon');
  });

  test.each<[string[], string]>([
    [['find', 'x', '--csv', '--json'], "'--csv' cannot be used with option '--json'"],
    [['find', '--like', 'sample:1', '--by', 'words'], '--by: Leave it out with --like'],
    [['jobs', 'watch', 'x', '--log', '--json'], "'--log' cannot be used with option '--json'"],
    [['jobs', 'watch', '--log'], '--log: Add the id of a job.'],
    [['schedule', 'add', 'embed', '--day', 'friday'], '--day: Only every week has a day.'],
    [
      ['schedule', 'add', 'embed', '--every', 'hour', '--at', '03:00'],
      '--at and --every: Every hour has no time of day.',
    ],
    [
      ['schedule', 'add', 'embed', '--cron', '* * * * *', '--at', '03:00'],
      '--at and --cron: A cron expression has its own time of day.',
    ],
  ])('refuses options that have no effect beside others: %j', async (words, reason) => {
    const { code, stdout, stderr } = await xgpt(...words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(reason);
  });

  test.each(['find', 'posts'])(
    'D9: %s understands an author as people paste it, and refuses who is none',
    async (command) => {
      const of = (author: string) => xgpt(command, '--author', author, '--limit', '1000', '--json');
      for (const author of ['https://x.com/aurora_lab/status/123', '＠aurora_lab', 'aurora_lab/'])
        expect(itemsIn((await of(author)).stdout)).toHaveLength(250);
      expect(await of('https://x.com/home')).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringContaining('--author'),
      });
    },
  );

  test('says without a server what an update has left to index, and prints the result alone', async () => {
    const folder = { dataDir: freshDataDir() };
    const db = openDatabase(join(folder.dataDir, 'xgpt.sqlite'));
    createLibrary(db).savePosts(makePosts(3));
    db.run('UPDATE word_index SET version = 0');
    db.close();
    const note = 'Note: xgpt was updated, and 3 posts and profiles are not indexed anew yet';
    for (const words of [
      ['find', 'post', '--by', 'words', '--json'],
      ['find', 'post', '--by', 'words', '--csv'],
      ['find', 'zeppelin', '--by', 'words'],
      ['posts', 'post', '--json'],
      ['users', 'list', 'ada', '--json'],
    ]) {
      const { stdout, stderr } = await run(words, folder);
      expect(stderr).toContain(note);
      expect(stdout).not.toContain('updated');
    }
    expect((await run(['find', '--json'], folder)).stderr).toBe('');
  });

  test('names the option that is wrong', async () => {
    expect(await xgpt('find', 'x', '--by', 'smell')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--by'),
    });
  });
});

describe('posts', () => {
  test('lists the newest posts, and reports how many there are', async () => {
    const { code, stdout, stderr } = await xgpt('posts', '--author', '@aurora_lab', '--limit', '2');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^@aurora_lab {2}Aurora Lab {2}.* UTC {2}sample\n {2}.+\n {2}https.+\n\n@aurora_lab .+\n {2}.+\n {2}https.+\n$/,
    );
    expect(stderr).toBe('There are 250 in all. Use --limit to show more.\n');
  });

  test('finds posts by words, as JSON lines, over any number of pages', async () => {
    const all = await xgpt('posts', '--limit', '1000000', '--json');
    expect(new Set(itemsIn(all.stdout).map(({ id }) => id)).size).toBe(260);
    expect(all.stderr).toBe('');
    const { stdout } = await xgpt('posts', 'telescope', '--json');
    const found = itemsIn(stdout);
    expect(found.length).toBeGreaterThan(0);
    // Not only in its text: also in a post that it quotes.
    for (const post of found) expect(JSON.stringify(post)).toMatch(/telescope/i);
  });

  test('D1: finds posts by meaning once there are vectors, with filters', async () => {
    const folder = { dataDir: freshDataDir(), env: { XGPT_MODEL_DIR: CACHED_MODEL } };
    await run(['search', 'telescope, jazz', '--max', '40', '--embed'], folder);
    const words = ['posts', '--meaning', 'a telescope', '--limit', '5', '--json'];
    const { code, stdout } = await run(words, folder);
    expect(code).toBe(0);
    const found = itemsIn(stdout);
    const similarities = found.map(({ similarity }) => Number(similarity));
    expect(similarities).toHaveLength(5);
    expect(similarities).toEqual(similarities.toSorted((a, b) => b - a));
    expect(found[0]?.text).toMatch(/telescope/i);

    // D1: filters hold for meaning, too.
    const author = String(found[0]?.author);
    const byAuthor = itemsIn((await run([...words, '--author', `@${author}`], folder)).stdout);
    expect(byAuthor[0]).toEqual(found[0]);
    expect(new Set(byAuthor.map((post) => post.author))).toEqual(new Set([author]));
    const elsewhere = await run([...words, '--source', 'bluesky'], folder);
    expect(elsewhere).toEqual({ code: 0, stdout: '', stderr: 'Nothing found.\n' });
  });

  test('reports that nothing was found', async () => {
    const found = await xgpt('posts', 'zeppelin');
    expect(found).toEqual({ code: 0, stdout: '', stderr: 'Nothing found.\n' });
  });

  for (const [words, says] of [
    [['--limit', '0'], '--limit must be a whole number from 1 to 1,000,000.'],
    [['--limit', '0x10'], '--limit must be a whole number from 1 to 1,000,000.'],
    [['--limit', '1e3'], '--limit must be a whole number from 1 to 1,000,000.'],
    [['--source', 'pigeon'], `--source must be one of: ${SOURCES.join(', ')}.`],
    [['--meaning'], '--meaning: Add the words to search for.'],
    [['--meaning', 'x', '--limit', '101'], '--limit: With --meaning the maximum is 100.'],
    [['x'.repeat(501)], '[words...] may have at most 500 characters.'],
  ] as const) {
    test(`refuses invalid options: posts ${words.join(' ').slice(0, 40)}`, async () => {
      const { code, stderr } = await xgpt('posts', ...words);
      expect(stderr).toStartWith(says);
      expect(code).toBe(2);
    });
  }

  test('needs the model to find posts by meaning', async () => {
    const { code, stderr } = await run(['posts', '--meaning', 'jazz'], { dataDir });
    expect(stderr).toBe('The model has not been fetched yet. Start an embed job first.\n');
    expect(code).toBe(1);
  });
});

describe('users list', () => {
  test('prints a table that fits the terminal', async () => {
    const list = startInTerminal(['users', 'list', 'climbing'], { dataDir });
    expect(await list.ended()).toBe(0);
    const [head = '', ...rows] = list.shown().trimEnd().split('\r\n');
    expect(head).toMatch(/^USERNAME +FOLLOWERS +SAVED POSTS +SOURCE +BIO$/);
    expect(rows).toHaveLength(3);
    for (const row of rows) expect(Bun.stringWidth(row)).toBeLessThanOrEqual(100);
  });

  test('prints JSON lines with --json', async () => {
    const { stdout } = await xgpt('users', 'list', '--json');
    const names = itemsIn(stdout).map(({ username }) => username);
    expect(names).toContain('aurora_lab');
    expect(names).toHaveLength(4);
  });
});
