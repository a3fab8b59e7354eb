import { Database } from 'bun:sqlite';
import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import {
  accountFiles,
  manyTweets,
  part,
  writeFolder,
  writeZip,
} from '../support/archive_fixture.ts';
import { freshDataDir, startServer, stopServers } from '../support/server.ts';
import { jobsIn, run, startInTerminal, stopCommands } from '../support/terminal.ts';

// Every command is a process of its own, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(stopCommands);
afterAll(stopServers);

const POSTS = '100 posts of @aurora_lab, 100 new\n';

describe('FEATURES 23: progress in the terminal', () => {
  test('a bar moves until the job has ended, and the result is printed once', async () => {
    const env = { XGPT_SAMPLE_PAGE_MS: '200' };
    const command = startInTerminal(['scrape', 'aurora_lab', '--max', '200'], {
      dataDir: freshDataDir(),
      env,
    });
    await command.shows(/scrape @aurora_lab {2}▓+░+ {2}\d+ \/ 200 .*Reading page \d+ of 10/);
    expect(await command.ended()).toBe(0);
    const shown = command.shown();
    const counts = [...shown.matchAll(/(\d+) \/ 200/g)].map(([, count]) => Number(count));
    expect(new Set(counts).size).toBeGreaterThan(2);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect(Bun.stripANSI(shown)).toMatch(/● scrape @aurora_lab {2}completed in \d+:\d\d/);
    expect(shown).toEndWith('200 posts of @aurora_lab, 200 new\r\n');
    expect(shown.match(/200 new/g)).toHaveLength(1);
  });

  test('a narrow terminal shows the count and the time left, and no line wraps', async () => {
    const env = { XGPT_SAMPLE_PAGE_MS: '60' };
    const words = ['scrape', 'aurora_lab', '--max', '1000'];
    const command = startInTerminal(words, { dataDir: freshDataDir(), env }, 40);
    await command.shows(/scrape .*… {2}\d+ \/ 1,000 {2}about \d+ (s|min) left/);
    expect(await command.ended()).toBe(0);
    const [drawn = ''] = Bun.stripANSI(command.shown()).split('●');
    for (const line of drawn.split('\r\n')) expect(Bun.stringWidth(line)).toBeLessThan(40);
  });

  test('a terminal that cannot redraw lines gets lines without escapes', async () => {
    const env = { XGPT_SAMPLE_PAGE_MS: '20', TERM: 'dumb' };
    const command = startInTerminal(['scrape', 'aurora_lab'], { dataDir: freshDataDir(), env });
    expect(await command.ended()).toBe(0);
    expect(command.shown()).toMatch(/^scrape @aurora_lab {2}running/);
    expect(command.shown()).toMatch(/● scrape @aurora_lab {2}completed in \d+:\d\d/);
    expect(command.shown()).not.toContain('\x1b');
  });

  test('child jobs are shown below their parent, each with its bar', async () => {
    const words = ['users', 'discover', 'jazz', '--max', '2', '--scrape', '--posts', '40'];
    const env = { XGPT_SAMPLE_PAGE_MS: '300', NO_COLOR: '1' };
    const command = startInTerminal(words, { dataDir: freshDataDir(), env });
    await command.shows(/. discover “jazz” .*\r\n {2}. scrape @\w+ .*\r\n {2}. scrape @\w+ /);
    expect(await command.ended()).toBe(0);
    expect(command.shown()).toMatch(/2 profiles, 2 new, 2 scraped: \d+ posts\r\n\w+\r\n\w+\r\n$/);
    expect(command.shown()).not.toContain('\x1b[3');
  });

  test('in a pipe, progress goes to standard error and the result to standard output', async () => {
    const env = { XGPT_SAMPLE_PAGE_MS: '40' };
    const words = ['scrape', '@aurora_lab', '--max', '1000'];
    const begun = performance.now();
    const { code, stdout, stderr } = await run(words, { dataDir: freshDataDir(), env });
    const seconds = (performance.now() - begun) / 1000;
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: '1,000 posts of @aurora_lab, 1,000 new\n',
    });
    const lines = stderr.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(2);
    // One per second, and one for each status.
    expect(lines.length).toBeLessThan(seconds + 5);
    expect(stderr).toMatch(/^scrape @aurora_lab {2}running {2}[\d,]+ \/ 1,000 {2}Reading page/m);
    expect(stderr).not.toContain('\x1b');
  });

  test('--json prints one job per line for each change, the ended job last', async () => {
    const words = ['scrape', 'aurora_lab', '--json', '--session', 'evening'];
    const env = { XGPT_SAMPLE_PAGE_MS: '20' };
    const { code, stdout, stderr } = await run(words, { dataDir: freshDataDir(), env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const jobs = jobsIn(stdout);
    expect(jobs.length).toBeGreaterThan(2);
    expect(jobs[0]).toMatchObject({ status: expect.stringMatching(/queued|running/) });
    expect(jobs.at(-1)).toMatchObject({
      type: 'scrape',
      status: 'completed',
      sessionId: 'evening',
      result: { posts: 100, newPosts: 100 },
    });
    expect(jobs.filter(({ completedAt }) => completedAt)).toHaveLength(1);
  });

  test('--json and pipes show child jobs too, and the parent last', async () => {
    const dataDir = freshDataDir();
    const words = ['users', 'discover', 'jazz', '--max', '2', '--scrape', '--posts', '20'];
    const { code, stdout } = await run([...words, '--json'], { dataDir });
    expect(code).toBe(0);
    const ended = jobsIn(stdout).filter(({ completedAt }) => completedAt);
    expect(ended.map(({ type }) => type)).toEqual(['scrape', 'scrape', 'discover']);
    expect(jobsIn(stdout).at(-1)).toMatchObject({ type: 'discover', result: { scraped: 2 } });
    const { stderr } = await run(words, { dataDir });
    expect(stderr.match(/● .*/g)).toEqual([
      expect.stringContaining('● scrape @'),
      expect.stringContaining('● scrape @'),
      expect.stringContaining('● discover “jazz”'),
    ]);
  });

  test('each operation takes its own options', async () => {
    const dataDir = freshDataDir();
    const inputOf = async (...words: string[]) => {
      const { stdout } = await run([...words, '--detach', '--json'], { dataDir });
      return jobsIn(stdout)[0];
    };
    const search = ['search', 'space,', 'jazz', '--days', '30', '--mode', 'top', '--embed'];
    expect(await inputOf(...search, '--max', '7')).toMatchObject({
      type: 'search',
      metadata: { query: 'space, jazz', days: 30, mode: 'top', embed: true, maxTweets: 7 },
    });
    expect(await inputOf('scrape', 'aurora_lab', '--replies', '--reposts')).toMatchObject({
      metadata: { includeReplies: true, includeRetweets: true, maxTweets: 100, source: 'sample' },
    });
    const discover = ['users', 'discover', 'climbing', 'coach', '--no-save', '--max', '3'];
    expect(await inputOf(...discover)).toMatchObject({
      type: 'discover',
      metadata: { query: 'climbing coach', save: false, maxResults: 3, scrape: false },
    });
    expect(await inputOf('embed', '--batch', '64')).toMatchObject({
      type: 'embed',
      metadata: { batchSize: 64 },
    });
  });
});

describe('--detach', () => {
  test('prints the id and how to watch the job; a server runs it when one starts', async () => {
    const dataDir = freshDataDir();
    const { code, stdout, stderr } = await run(['scrape', 'aurora_lab', '--detach'], { dataDir });
    const id = stdout.trim();
    expect(code).toBe(0);
    expect(stderr).toContain(
      `Watch it with: xgpt jobs watch ${id}. No server or worker is running.`,
    );
    const server = await startServer(dataDir);
    expect(await server.ended(id)).toMatchObject({ status: 'completed', attempt: 1 });
    const beside = await run(['scrape', 'aurora_lab', '--detach'], { dataDir });
    expect(beside.stderr).not.toContain('No server or worker');
    expect(await server.ended(beside.stdout.trim())).toMatchObject({ status: 'completed' });
  });
});

describe('import', () => {
  const posts = { 'data/tweets.js': part('tweets.part0', manyTweets(100)) };
  const archive = { ...accountFiles(), ...posts };

  test('reads a zip and a folder from any path, and copies none from the imports folder', async () => {
    const dataDir = freshDataDir();
    const elsewhere = freshDataDir();
    await writeZip(join(elsewhere, 'twitter.zip'), archive);
    await writeFolder(join(elsewhere, 'unpacked'), archive);
    const zip = await run(['import', 'twitter.zip'], { dataDir, cwd: elsewhere });
    expect(zip).toMatchObject({ code: 0, stdout: POSTS });
    const folder = await run(['import', join(elsewhere, 'unpacked')], { dataDir });
    expect(folder).toMatchObject({ code: 0, stdout: POSTS.replace(', 100', ', none') });
    const again = await run(['import', join(dataDir, 'imports', 'twitter.zip')], { dataDir });
    expect(again.code).toBe(0);
    expect(readdirSync(join(dataDir, 'imports')).sort()).toEqual(['twitter.zip', 'unpacked']);
  });

  test('does not copy a zip with the same bytes again, whatever its name', async () => {
    const dataDir = freshDataDir();
    const elsewhere = freshDataDir();
    await writeZip(join(elsewhere, 'twitter.zip'), archive);
    await run(['import', join(elsewhere, 'twitter.zip')], { dataDir });
    renameSync(join(elsewhere, 'twitter.zip'), join(elsewhere, 'again.zip'));
    const again = await run(['import', join(elsewhere, 'again.zip')], { dataDir });
    expect(again).toMatchObject({ code: 0, stdout: POSTS.replace(', 100', ', none') });
    expect(again.stderr).toStartWith('The imports folder already has this archive as twitter.zip.');
    const bytes = await Bun.file(join(elsewhere, 'again.zip')).bytes();
    // Of the same length, but different: the time of its first file.
    bytes[10] = (bytes[10] ?? 0) ^ 1;
    await Bun.write(join(elsewhere, 'twitter.zip'), bytes);
    const other = await run(['import', join(elsewhere, 'twitter.zip')], { dataDir });
    expect(other.code).toBe(0);
    expect(readdirSync(join(dataDir, 'imports')).sort()).toEqual(['twitter-2.zip', 'twitter.zip']);
    // An archive that was there before is kept when an option is invalid.
    await run(['import', join(elsewhere, 'again.zip'), '--max', '0'], { dataDir });
    expect(readdirSync(join(dataDir, 'imports'))).toContain('twitter.zip');
  });

  test('keeps nothing when the file is no archive or an option is invalid', async () => {
    const dataDir = freshDataDir();
    const path = join(dataDir, 'holiday.zip');
    await Bun.write(path, 'no zip at all');
    const noZip = await run(['import', path], { dataDir });
    expect(noZip).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('zip') });
    await writeZip(path, archive);
    const wrong = await run(['import', path, '--max', '0'], { dataDir });
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringMatching(/^--max must/) });
    expect(readdirSync(join(dataDir, 'imports'))).toEqual([]);
  });
});

/** The ids of the jobs of a data folder, which has no database where no command needed one. */
function storedJobs(dataDir: string): unknown[] {
  const path = join(dataDir, 'xgpt.sqlite');
  if (!existsSync(path)) return [];
  const db = new Database(path, { readonly: true });
  const rows = db.query('SELECT id FROM jobs').all();
  db.close();
  return rows;
}

describe('exit codes', () => {
  test('1: the job failed; the reason and what to do are shown', async () => {
    const { code, stdout, stderr } = await run(['scrape', 'nobody_here'], {
      dataDir: freshDataDir(),
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/▲ scrape @nobody_here {2}failed after \d+:\d\d: .*nobody_here/);
    expect(stderr).toMatch(
      /run xgpt jobs show (scrape-\S+)\. To try again, run xgpt jobs retry \1\./,
    );
  });

  test.each([
    [['srape'], "Unknown command 'srape'.\n(Did you mean scrape?)"],
    [['discover', 'jazz'], "Unknown command 'discover'.\n(Did you mean users discover?)"],
    [['scrape'], "Missing required argument 'user'."],
    [['scrape', 'a', 'b'], "Too many arguments for 'scrape'. Expected 1 argument but got 2: a, b."],
    [['scrape', 'a', '--maxx', '3'], "Unknown option '--maxx'.\n(Did you mean --max?)"],
    [['scrape', 'a', '--max', '0x10'], '--max must be a whole number from 1 to 10,000, or “all”.'],
    [['scrape', 'a', '--max', 'nine'], '--max must be a whole number from 1 to 10,000, or “all”.'],
    [['scrape', 'a', '--source', 'mars'], '--source must be one of: sample'],
    [['scrape', 'a', '--source', 'archive'], '--source: To read an archive use xgpt import.'],
    [['scrape', 'a b'], '<user> may only have letters'],
    [['search', 'a', '--session', '*'], '--session may have letters'],
    [['jobs', 'list', '--status', 'done'], '--status must be one of: queued, running'],
    [['jobs', 'list', '--since', 'monday'], '--since must be a time such as 2026'],
    [['jobs', 'list', '--limit', '0'], '--limit must be a whole number from 1 to 1,000.'],
  ])('2: %p is invalid, and nothing is started', async (words, message) => {
    const dataDir = freshDataDir();
    const { code, stdout, stderr } = await run(words, { dataDir });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toStartWith(message);
    expect(storedJobs(dataDir)).toEqual([]);
  });

  test('2: an invalid setting is named', async () => {
    const env = { XGPT_LEASE_MS: 'long' };
    const { code, stderr } = await run(['jobs', 'list'], { dataDir: freshDataDir(), env });
    expect(code).toBe(2);
    expect(stderr).toContain('XGPT_LEASE_MS');
  });

  test('3: no such job, no such archive', async () => {
    const dataDir = freshDataDir();
    const job = await run(['jobs', 'show', 'nothing'], { dataDir });
    expect(job).toMatchObject({ code: 3, stderr: expect.stringContaining('"nothing"') });
    const archive = await run(['import', './gone.zip'], { dataDir });
    expect(archive).toMatchObject({ code: 3, stderr: 'No archive found at ./gone.zip.\n' });
  });

  test('5: there is no data folder, and commands that need one do not create it', async () => {
    const dataDir = join(freshDataDir(), 'none');
    for (const words of [
      ['jobs', 'list'],
      ['jobs', 'watch'],
      ['jobs', 'cancel', '4f2a91c0'],
      ['jobs', 'rm', '--status', 'failed'],
      ['posts'],
      ['users', 'list'],
      ['types'],
      ['types', 'pause', 'scrape'],
      ['sources', 'resume', 'sample'],
      ['workers'],
      ['webhooks'],
      ['webhooks', 'rm', 'wh_019a9f3e'],
      ['forget', 'aurora_lab'],
      ['mcp', '--read-only'],
    ]) {
      const { code, stdout, stderr } = await run(words, { dataDir });
      expect(stderr).toMatch(/^There is no data folder at \S+\/none yet\. .*XGPT_DATA_DIR/);
      expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
    }
    expect((await run(['complete', '--', 'jobs', 'show', ''], { dataDir })).stdout).toBe('');
    expect(existsSync(dataDir)).toBe(false);
  });

  test('5: the data folder or the database cannot be used', async () => {
    const dataDir = freshDataDir();
    await Bun.write(join(dataDir, 'file'), '');
    for (const words of [
      ['jobs', 'list'],
      ['scrape', 'aurora_lab'],
    ]) {
      const { code, stderr } = await run(words, { dataDir: join(dataDir, 'file') });
      expect(code).toBe(5);
      expect(stderr).toContain('Set XGPT_DATA_DIR to a writable folder.');
    }
    mkdirSync(join(dataDir, 'other'));
    await Bun.write(join(dataDir, 'other', 'xgpt.sqlite'), 'a shopping list, not a database');
    const { code, stderr } = await run(['jobs', 'list'], { dataDir: join(dataDir, 'other') });
    expect(code).toBe(5);
    expect(stderr).toMatch(/xgpt\.sqlite.*XGPT_DATA_DIR/);
  });
});
