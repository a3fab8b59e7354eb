import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
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

  test('finds posts by meaning once there are vectors', async () => {
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
    [['--meaning', '--author', 'ana', 'x'], '--meaning cannot be combined with --author'],
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
