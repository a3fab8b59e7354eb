import { afterAll, expect, setDefaultTimeout, test } from 'bun:test';
import { freshDataDir } from '../support/server.ts';
import { run, stopCommands } from '../support/terminal.ts';

// Every command is a process of its own, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(stopCommands);

test('FEATURES 42: the terminal pauses, limits and resumes types and sources, and says what waits for it', async () => {
  const dataDir = freshDataDir();
  const xgpt = (...words: string[]) => run(words, { dataDir });
  expect((await xgpt('types', 'pause', 'search')).stdout).toMatch(/search .* paused just now\n$/);
  const detached = await xgpt('search', 'space', '--detach');
  expect(detached.stderr).toContain('The job waits: search is paused.');
  expect(detached.stderr).toContain('xgpt types resume search');
  const past = await xgpt('search', 'time', '--detach', '--at', '2020-01-31T03:00:00Z');
  expect(past.stderr).toStartWith(
    'The start, 31 Jan 2020, 03:00 UTC, is in the past.\nThe job waits: search is paused.',
  );
  expect((await xgpt('worker', '--once')).code).toBe(0);
  const types = await xgpt('types');
  expect(types.stdout).toMatch(/^TYPE +WAITING +RUNNING +AT ONCE +OLDEST +STATE\n/);
  expect(types.stdout).toMatch(/search +2 +0 +2 +(just now|\d+ s ago) +paused/);
  const limited = await xgpt('types', 'concurrency', 'search', '5', '--json');
  expect(JSON.parse(limited.stdout)).toMatchObject({ concurrency: 5, ownConcurrency: 2 });
  const refused = await xgpt('types', 'concurrency', 'search', '0');
  expect({ code: refused.code, stderr: refused.stderr }).toEqual({
    code: 2,
    stderr: 'Concurrency must be a whole number from 1 to 1,000.\n',
  });
  expect((await xgpt('types', 'pause', 'juggle')).code).toBe(3);
  expect((await xgpt('sources', 'pause', 'sample')).stdout).toContain('sample is paused');
  await xgpt('types', 'resume', 'search');
  const still = await xgpt('scrape', 'aurora_lab', '--detach');
  expect(still.stderr).toContain('the source sample is paused');
  expect((await xgpt('sources', 'resume', 'sample')).stdout).toBe('sample is open.\n');
  expect((await xgpt('worker', '--once')).code).toBe(0);
  const listed = await xgpt('jobs', 'list', '--status', 'completed');
  expect(listed.stdout.trim().split('\n')).toHaveLength(4);
});

test('a pinned job is shown as kept', async () => {
  const dataDir = freshDataDir();
  const xgpt = (...words: string[]) => run(words, { dataDir });
  const id = (await xgpt('scrape', 'aurora_lab', '--detach')).stdout.trim();
  expect((await xgpt('jobs', 'pin', id)).stdout).toContain('is kept until somebody removes it.');
  expect((await xgpt('jobs', 'show', id)).stdout).toMatch(/kept +until somebody removes it/);
  await xgpt('jobs', 'unpin', id);
  expect((await xgpt('jobs', 'show', id)).stdout).not.toMatch(/kept +until/);
});
