import {
  afterAll,
  afterEach,
  beforeAll,
  describe,
  expect,
  setDefaultTimeout,
  test,
} from 'bun:test';
import { cpSync } from 'node:fs';
import { createTracker } from '../../src/jobs/index.ts';
import { withoutTimes } from '../support/log_text.ts';
import { endServers, freshDataDir, startServer, stopServers } from '../support/server.ts';
import { jobsIn, run, start, startInTerminal, stopCommands } from '../support/terminal.ts';
import { until } from '../support/wait.ts';

// Every command is a process of its own, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(stopCommands);
afterEach(endServers);
afterAll(stopServers);

const SLOW = { XGPT_SAMPLE_PAGE_MS: '60' };
/** Slow enough that a scrape outlasts the test. */
const ENDLESS = { XGPT_SAMPLE_PAGE_MS: '2000' };
const LONG_SCRAPE = { username: 'aurora_lab', maxTweets: '1000' };

/** A data folder with two jobs that have ended and a queued one. */
let original: { dataDir: string; waiting: string };

beforeAll(async () => {
  const dataDir = freshDataDir();
  await run(['scrape', 'aurora_lab', '--session', 'evening'], { dataDir });
  await run(['scrape', 'nobody_here'], { dataDir });
  const { stdout } = await run(['search', 'space', '--detach'], { dataDir });
  original = { dataDir, waiting: stdout.trim() };
});

/** A copy of it. */
function threeJobs() {
  const dataDir = freshDataDir();
  cpSync(original.dataDir, dataDir, { recursive: true });
  const jobs = (...words: string[]) => run(['jobs', ...words], { dataDir });
  return { dataDir, waiting: original.waiting, jobs };
}

describe('jobs list', () => {
  test('prints a table, newest first, and takes the filters of the web page', async () => {
    const { jobs } = threeJobs();
    const { code, stdout } = await jobs('list');
    expect(code).toBe(0);
    const [head, ...rows] = stdout.trimEnd().split('\n');
    expect(head).toMatch(/^ID +TYPE +SUBJECT +STATUS +PROGRESS +CREATED$/);
    expect(rows).toEqual([
      expect.stringMatching(
        /^\w{8} {2}search {2}“space” +queued, next in queue +(just now|\d+ s ago)$/,
      ),
      expect.stringMatching(/^\w{8} {2}scrape {2}@nobody_here +failed +(just now|\d+ s ago)$/),
      expect.stringMatching(
        /^\w{8} {2}scrape {2}@aurora_lab +completed +100 \/ 100 +(just now|\d+ s ago)$/,
      ),
    ]);
    const idsOf = async (...words: string[]) =>
      jobsIn((await jobs('list', '--json', ...words)).stdout).map(({ metadata }) => metadata);
    expect(await idsOf('--status', 'failed')).toMatchObject([{ username: 'nobody_here' }]);
    expect(await idsOf('--type', 'search')).toMatchObject([{ query: 'space' }]);
    expect(await idsOf('--session', 'evening')).toMatchObject([{ username: 'aurora_lab' }]);
    expect(await idsOf('--words', 'nobody')).toMatchObject([{ username: 'nobody_here' }]);
    expect(await idsOf('--failure', 'permanent')).toMatchObject([{ username: 'nobody_here' }]);
    expect(await idsOf('--since', '1h')).toHaveLength(3);
    for (const none of [
      ['--until', '1h'],
      ['--since', '2100-01-01'],
    ]) {
      expect((await jobs('list', ...none)).stderr).toBe('No jobs match.\n');
    }
    const one = await jobs('list', '--limit', '1');
    expect(one.stdout.trim().split('\n')).toHaveLength(2);
    expect(one.stderr).toBe('There are more jobs. Use --limit to show them.\n');
  });

  test.each([
    [52, 'ID TYPE SUBJECT STATUS PROGRESS'],
    [45, 'ID TYPE SUBJECT STATUS'],
    [36, 'ID SUBJECT STATUS'],
  ])(
    'leaves out columns in a terminal of %d columns, and does not wrap',
    async (columns, heads) => {
      const { dataDir } = threeJobs();
      const list = startInTerminal(['jobs', 'list'], { dataDir }, columns);
      expect(await list.ended()).toBe(0);
      const [head = '', ...rows] = list.shown().trimEnd().split('\r\n');
      expect(head.split(/ +/).join(' ')).toBe(heads);
      expect(rows).toHaveLength(3);
      for (const row of rows) expect(Bun.stringWidth(row)).toBeLessThanOrEqual(columns);
    },
  );

  test('fits the terminal, and prints no control characters from the input', async () => {
    const dataDir = freshDataDir();
    const query = `\x1b[2Jlong ${'words '.repeat(40)}`;
    const tracker = createTracker({ database: `${dataDir}/xgpt.sqlite` });
    await tracker.enqueue('search', { query });
    await tracker.stop();
    const list = startInTerminal(['jobs', 'list'], { dataDir });
    expect(await list.ended()).toBe(0);
    const [, row = ''] = list.shown().split('\r\n');
    expect(row).toMatch(/“ \[2Jlong .*… {2}queued/);
    expect(row).not.toContain('\x1b');
    expect(Bun.stringWidth(row)).toBeLessThanOrEqual(100);
  });
});

/** The log of a scrape of this many pages. */
function pagesOf20(pages: number): string {
  const lines = Array.from({ length: pages }, (_, page) => (page + 1) * 20);
  return lines.map((count) => `20 posts (20 new), ${count} so far.\n`).join('');
}

describe('jobs show', () => {
  test('reports input, result, attempts and log; part of the id is enough', async () => {
    const { jobs } = threeJobs();
    const [{ id } = { id: '' }] = jobsIn(
      (await jobs('list', '--json', '--session', 'evening')).stdout,
    );
    const { code, stdout } = await jobs('show', id.slice(-8));
    expect(code).toBe(0);
    for (const part of [
      `  id          ${id}`,
      '  attempts    1 of 8',
      '  session     evening',
      'Input\n  username         aurora_lab',
      'Result\n100 posts of @aurora_lab, 100 new',
      /Attempts\n {2}1 {2}completed {2}\d+:\d\d/,
      /Log\n(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}20 posts \(20 new\), \d+ so far\.\n){5}$/,
    ]) {
      if (typeof part === 'string') expect(stdout).toContain(part);
      else expect(stdout).toMatch(part);
    }
    const json = JSON.parse((await jobs('show', id, '--json')).stdout);
    expect(json).toMatchObject({ job: { id }, attempts: [{ outcome: 'completed' }], children: [] });
    const log = await jobs('show', id.slice(-8), '--log');
    expect(withoutTimes(log.stdout)).toBe(pagesOf20(5));
    const lines = (await jobs('show', id, '--log', '--json')).stdout.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))[4]).toEqual({
      at: expect.stringMatching(/^\d{4}-.*Z$/),
      text: '20 posts (20 new), 100 so far.',
    });
  });

  test('E8: --follow prints the log, with times, of a job in another process until it ends', async () => {
    const server = await startServer(undefined, SLOW);
    const { id } = await server.start('scrape', { ...LONG_SCRAPE, maxTweets: '200' });
    const { code, stdout } = await run(['jobs', 'show', id, '--follow'], server);
    expect(code).toBe(0);
    expect(withoutTimes(stdout)).toBe(pagesOf20(10));
    expect(stdout).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}20 posts/);
  });

  test('refuses a part of an id that matches several jobs', async () => {
    const { jobs } = threeJobs();
    const { code, stderr } = await jobs('cancel', 'scrape-');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^"scrape-" matches several jobs\. .*: scrape-\S+, scrape-\S+\n$/);
  });
});

describe('jobs watch', () => {
  test('shows a server’s job with its bar and log until the job ends', async () => {
    const server = await startServer(undefined, { XGPT_SAMPLE_PAGE_MS: '1000' });
    const { id } = await server.start('scrape', { ...LONG_SCRAPE, maxTweets: '200' });
    const watching = startInTerminal(['jobs', 'watch', id.slice(-10), '--log'], server);
    await watching.shows(/▓+░+ {2}\d+ \/ 200/);
    expect(await watching.ended()).toBe(0);
    const shown = Bun.stripANSI(watching.shown());
    expect(shown.match(/20 posts \(20 new\),/g)).toHaveLength(10);
    expect(shown).toMatch(/● scrape @aurora_lab {2}completed in \d+:\d\d/);
    const piped = await run(['jobs', 'watch', id, '--json'], server);
    expect(piped.code).toBe(0);
    expect(jobsIn(piped.stdout)).toMatchObject([{ id, status: 'completed' }]);
  });

  test('shows all active jobs without an id, and how each ends', async () => {
    const server = await startServer(undefined, { XGPT_SAMPLE_PAGE_MS: '500' });
    const watching = start(['jobs', 'watch'], server);
    await until('it watches', () => watching.stderr().includes('No active jobs.'));
    await server.start('scrape', { ...LONG_SCRAPE, maxTweets: '100' });
    await server.start('search', { query: 'jazz', maxTweets: '60' });
    await until('both have ended', () => watching.stderr().match(/●/g)?.length === 2);
    watching.child.kill('SIGINT');
    const { code, stderr } = await watching.ended();
    expect(code).toBe(0);
    expect(stderr).toMatch(/scrape @aurora_lab {2}running/);
    expect(stderr).toMatch(/● search “jazz” {2}completed in \d+:\d\d/);
  });
});

test('jobs watch says when no server or worker is running', async () => {
  const { dataDir } = threeJobs();
  const watch = start(['jobs', 'watch'], { dataDir });
  await until('the notice is shown', () =>
    watch.stderr().includes('No server or worker is running'),
  );
  watch.child.kill('SIGINT');
  expect((await watch.ended()).code).toBe(0);
});

describe('jobs wait', () => {
  test('waits for all jobs silently, and ends with 0 when they completed', async () => {
    const server = await startServer(undefined, SLOW);
    const first = await server.start('scrape', { ...LONG_SCRAPE, maxTweets: '100' });
    const second = await server.start('search', { query: 'jazz', maxTweets: '200' });
    const outcome = await run(['jobs', 'wait', first.id, second.id.slice(-8)], server);
    expect(outcome).toEqual({ code: 0, stdout: '', stderr: '' });
    for (const { id } of [first, second]) expect((await server.job(id)).status).toBe('completed');
  });

  test('ends with the code of the first job that did not complete', async () => {
    const { dataDir, waiting } = threeJobs();
    await run(['jobs', 'cancel', waiting], { dataDir });
    const { stdout } = await run(['jobs', 'list', '--json'], { dataDir });
    const [cancelled = '', failed = '', completed = ''] = jobsIn(stdout).map(({ id }) => id);
    const wait = (...ids: string[]) => run(['jobs', 'wait', ...ids], { dataDir });
    expect((await wait(completed, cancelled, failed)).code).toBe(4);
    expect((await wait(completed, failed, cancelled)).code).toBe(1);
    const gone = await wait('scrape-gone', failed);
    expect(gone).toMatchObject({ code: 3, stderr: expect.stringContaining('"scrape-gone"') });
  });

  test('treats a job removed meanwhile as missing, and waits for the others', async () => {
    const dataDir = freshDataDir();
    const detached = async (...words: string[]) =>
      (await run([...words, '--detach'], { dataDir })).stdout.trim();
    const gone = await detached('scrape', 'aurora_lab');
    const stays = await detached('search', 'jazz');
    const waiting = start(['jobs', 'wait', stays, gone], { dataDir });
    await until('it waits', () => waiting.stderr().includes('No server or worker is running'));
    await run(['jobs', 'rm', '--force', gone], { dataDir });
    await run(['worker', '--once'], { dataDir });
    expect(await waiting.ended()).toMatchObject({ code: 3, stdout: '' });
    const { stdout } = await run(['jobs', 'list', '--json'], { dataDir });
    expect(jobsIn(stdout)).toMatchObject([{ id: stays, status: 'completed' }]);
  });

  test('Ctrl-C stops waiting and does not affect the job', async () => {
    const { dataDir, waiting } = threeJobs();
    const waits = start(['jobs', 'wait', waiting], { dataDir });
    await until('it waits', () => waits.stderr().includes('No server or worker is running'));
    waits.child.kill('SIGINT');
    expect((await waits.ended()).code).toBe(130);
    const { stdout } = await run(['jobs', 'list', '--status', 'queued', '--json'], { dataDir });
    expect(jobsIn(stdout)).toMatchObject([{ id: waiting }]);
  });
});

describe('jobs cancel, retry and rm', () => {
  test('take several ids, continue after an error, and report it by the exit code', async () => {
    const { jobs, waiting } = threeJobs();
    const cancelled = await jobs('cancel', 'nothing', waiting);
    expect(cancelled.code).toBe(3);
    expect(cancelled.stdout).toMatch(/^search “space” \(\w{8}\) was cancelled\.\n$/);
    const again = await jobs('cancel', waiting);
    expect(again).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('was cancelled: there is nothing to cancel.'),
    });
    const retried = await jobs('retry', waiting);
    expect(retried).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('is queued again. No server or worker is running.'),
    });
    const busy = await jobs('rm', waiting);
    expect(busy).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is queued: cancel it first, or add --force.'),
    });
    expect((await jobs('rm', '--force', waiting)).code).toBe(0);
    expect((await jobs('show', waiting)).code).toBe(3);
  });

  test('take filters, and report how many jobs were skipped', async () => {
    const { jobs } = threeJobs();
    expect(await jobs('cancel', '--type', 'search')).toMatchObject({
      code: 0,
      stdout: '1 job cancelled.\n',
    });
    expect(await jobs('cancel', '--since', '1h')).toMatchObject({
      code: 0,
      stdout: '0 jobs cancelled. 3 jobs were skipped: already ended or removed.\n',
    });
    const retried = await jobs('retry', '--failure', 'permanent');
    expect(retried.stdout).toBe('1 job requeued.\n');
    expect(retried.stderr).toContain('No server or worker is running');
    const removed = await jobs('rm', '--words', 'space');
    expect(removed.stdout).toBe('1 job removed.\n');
    expect(await jobs('rm', '--words', 'space')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'No jobs match.\n',
    });
    expect(jobsIn((await jobs('list', '--json')).stdout)).toMatchObject([
      { status: 'queued', metadata: { username: 'nobody_here' } },
      { status: 'completed', metadata: { username: 'aurora_lab' } },
    ]);
  });

  for (const [words, says] of [
    [['rm'], 'Give one or more ids, or a filter such as --status.'],
    [['cancel', '--status', ''], 'Give one or more ids, or a filter such as --status.'],
    [['rm', '--status', 'failed', '4f2a91c0'], 'Give ids or filters, not both.'],
    [
      ['rm', '--status', 'running', '--force'],
      '--force works with ids only. Cancel active jobs first.',
    ],
    [
      ['retry', '--until', 'noon'],
      '--until must be a time such as 2026-01-31T12:00:00Z, or an age such as 90m',
    ],
  ] as const) {
    test(`refuse invalid options: jobs ${words.join(' ')}`, async () => {
      const { code, stderr } = await run(['jobs', ...words], { dataDir: freshDataDir() });
      expect(stderr).toStartWith(says);
      expect(code).toBe(2);
    });
  }

  test('refuse an id that is too short, such as an empty variable', async () => {
    const dataDir = freshDataDir();
    const { stdout } = await run(['scrape', 'aurora_lab', '--detach'], { dataDir });
    const id = stdout.trim();
    for (const words of [
      ['cancel', ''],
      ['rm', '--force', 's'],
      ['retry', id.slice(-3)],
      ['show', ''],
      ['watch', ''],
    ]) {
      const { code, stderr } = await run(['jobs', ...words], { dataDir });
      expect(stderr).toMatch(/^"\w*" is too short\. Type at least 4 characters/);
      expect(code).toBe(2);
    }
    expect((await run(['jobs', 'cancel', id.slice(-4)], { dataDir })).code).toBe(0);
  });

  test('a cancel stops a job that a server runs', async () => {
    const server = await startServer(undefined, ENDLESS);
    const { id } = await server.start('scrape', LONG_SCRAPE);
    await until('it runs', async () => (await server.job(id)).status === 'running');
    const { code, stdout } = await run(['jobs', 'cancel', id], server);
    expect(code).toBe(0);
    expect(stdout).toMatch(/is cancell(ing|ed)\./);
    expect((await server.ended(id)).status).toBe('cancelled');
  });

  test('the job of a killed command is queued again, without other processes', async () => {
    const dataDir = freshDataDir();
    const command = start(['scrape', 'aurora_lab', '--max', '1000', '--json'], {
      dataDir,
      env: ENDLESS,
    });
    await until('it has begun', () => command.stdout().includes('"running"'));
    command.child.kill('SIGKILL');
    await command.child.exited;
    const { stdout } = await run(['jobs', 'list', '--json'], { dataDir });
    expect(jobsIn(stdout)).toMatchObject([{ status: 'queued', attempt: 1 }]);
  });
});
