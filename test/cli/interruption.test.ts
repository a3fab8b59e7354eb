import { Database } from 'bun:sqlite';
import { afterAll, afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Job } from '../../src/jobs/index.ts';
import { endServers, freshDataDir, startServer, stopServers } from '../support/server.ts';
import { jobsIn, run, start, startInTerminal, stopCommands, XGPT } from '../support/terminal.ts';
import { until } from '../support/wait.ts';

// Every command is a process of its own, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(stopCommands);
afterEach(endServers);
afterAll(stopServers);

/** Slow enough that a scrape outlasts the test. */
const SLOW = { XGPT_SAMPLE_PAGE_MS: '1000' };
const SCRAPE = ['scrape', 'aurora_lab', '--max', '1000'];

/** The only job of a data folder, read by another process. */
async function onlyJob(dataDir: string): Promise<Job> {
  const { stdout } = await run(['jobs', 'list', '--json'], { dataDir });
  const jobs = jobsIn(stdout);
  expect(jobs).toHaveLength(1);
  return jobs[0] as Job;
}

/** A scrape in a terminal that has stored some posts. */
async function startScrape(dataDir = freshDataDir()) {
  const command = startInTerminal(SCRAPE, { dataDir, env: SLOW });
  await command.shows(/[1-9]\d* \/ 1,000/);
  return { command, dataDir };
}

/** The same in a pipe, with its job id. */
async function startPipedScrape(dataDir = freshDataDir()) {
  const command = start([...SCRAPE, '--json'], { dataDir, env: SLOW });
  const job = await until('the job has stored posts', () => {
    const lines = command.stdout().split('\n').slice(0, -1);
    return lines
      .map((line) => JSON.parse(line) as Job)
      .find(({ progress }) => progress.current > 0);
  });
  return { command, dataDir, id: job.id };
}

describe('Ctrl-C', () => {
  test('cancels the job, waits for its end, and says how to resume it', async () => {
    const { command, dataDir } = await startScrape();
    command.pressCtrlC();
    await command.shows(/Cancelling\. Press Ctrl-C again to leave the job to other processes/);
    expect(await command.ended()).toBe(130);
    const { id, status } = await onlyJob(dataDir);
    expect(status).toBe('cancelled');
    expect(Bun.stripANSI(command.shown())).toMatch(
      /⊘ scrape @aurora_lab {2}cancelled after \d+:\d\d/,
    );
    expect(command.shown()).toContain(`To resume it, run xgpt jobs retry ${id}.`);
  });

  test('pressed twice leaves the job queued, and says how to follow it', async () => {
    const { command, dataDir } = await startScrape();
    command.pressCtrlC();
    await command.shows(/Cancelling\./);
    command.pressCtrlC();
    expect(await command.ended()).toBe(130);
    const { id, status, progress } = await onlyJob(dataDir);
    expect(status).toBe('queued');
    expect(progress.current).toBeGreaterThan(0);
    expect(command.shown()).toContain(`To follow it, run xgpt jobs watch ${id}.`);
    expect(command.shown()).toContain('Jobs continue when one starts.');
    const server = await startServer(dataDir);
    expect((await server.ended(id)).result).toMatchObject({ posts: 1000, newPosts: 1000 });
  });

  test('reports why the job cannot be cancelled', async () => {
    const { command, dataDir } = await startScrape();
    renameSync(join(dataDir, 'xgpt.sqlite'), join(dataDir, 'moved.sqlite'));
    command.pressCtrlC();
    await command.shows(
      /Cannot cancel the job: .* while xgpt was running\. Press Ctrl-C to leave it to other processes/,
    );
    command.child.kill('SIGKILL');
  });

  test('in jobs watch stops watching, and does not affect the job', async () => {
    const server = await startServer(undefined, SLOW);
    const { id } = await server.start('scrape', { username: 'aurora_lab', maxTweets: '1000' });
    const watching = startInTerminal(['jobs', 'watch', id], server);
    await watching.shows(/[1-9]\d* \/ 1,000/);
    watching.pressCtrlC();
    expect(await watching.ended()).toBe(130);
    expect(watching.shown()).toContain(
      `The job continues. To stop it, run xgpt jobs cancel ${id}.`,
    );
    expect((await server.job(id)).status).toBe('running');
  });
});

describe('FEATURES 35: a command beside other processes', () => {
  test('the server lists the job at once, and a cancel there ends the command with 4', async () => {
    const server = await startServer();
    const { command, id } = await startPipedScrape(server.dataDir);
    const { jobs } = await server.json<{ jobs: Job[] }>('/api/jobs');
    expect(jobs.map((job) => job.id)).toContain(id);
    await fetch(`${server.url}/api/jobs/${id}/cancel`, { method: 'POST' });
    const { code, stdout, stderr } = await command.ended();
    expect(code).toBe(4);
    expect(jobsIn(stdout).at(-1)).toMatchObject({ id, status: 'cancelled' });
    expect(stderr).toContain('The job was cancelled by another process.');
  });

  test('a command runs its own job and no other queued one', async () => {
    const dataDir = freshDataDir();
    const { stdout } = await run(['scrape', 'aurora_lab', '--detach'], { dataDir });
    expect(await run(['scrape', 'aurora_lab', '--max', '20'], { dataDir })).toMatchObject({
      code: 0,
    });
    const { stdout: waiting } = await run(['jobs', 'list', '--status', 'queued', '--json'], {
      dataDir,
    });
    expect(jobsIn(waiting)).toMatchObject([{ id: stdout.trim(), attempt: 0 }]);
  });

  test('kill -9: a worker finishes the job with exactly its posts', async () => {
    const { command, dataDir, id } = await startPipedScrape();
    command.child.kill('SIGKILL');
    await command.child.exited;
    start(['worker'], { dataDir });
    const watching = await run(['jobs', 'watch', id], { dataDir });
    expect(watching).toMatchObject({
      code: 0,
      stdout: '1,000 posts of @aurora_lab, 1,000 new\n',
    });
    const db = new Database(join(dataDir, 'xgpt.sqlite'), { readonly: true });
    const { posts } = db
      .query<{ posts: number }, []>('SELECT COUNT(*) AS posts FROM posts')
      .get() ?? {
      posts: 0,
    };
    db.close();
    expect(posts).toBe(1000);
    expect(await onlyJob(dataDir)).toMatchObject({ status: 'completed', attempt: 2 });
  });

  test.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)(
    '%s requeues the job without using an attempt, and ends with %d',
    async (signal, ends) => {
      const { command, dataDir, id } = await startPipedScrape();
      command.child.kill(signal);
      const { code, stdout, stderr } = await command.ended();
      expect(code).toBe(ends);
      expect(stderr).toContain(`To follow it, run xgpt jobs watch ${id}.`);
      expect(jobsIn(stdout).at(-1)).toMatchObject({ id, status: 'queued' });
      expect(await onlyJob(dataDir)).toMatchObject({
        status: 'queued',
        attempt: 1,
        attemptsUsed: 0,
        maxAttempts: 8,
        errors: [],
      });
    },
  );

  test('Ctrl-C twice: the last line of --json is the job after it was left', async () => {
    const { command, id } = await startPipedScrape();
    command.child.kill('SIGINT');
    await until('the command was interrupted', () =>
      command.stderr().includes('Press Ctrl-C again'),
    );
    command.child.kill('SIGINT');
    const { code, stdout } = await command.ended();
    expect(code).toBe(130);
    expect(jobsIn(stdout).at(-1)).toMatchObject({ id, status: 'queued' });
  });

  test('closing the terminal requeues the job too', async () => {
    const { command, dataDir } = await startScrape();
    command.child.terminal?.close();
    expect(await command.ended()).toBe(129);
    expect(await onlyJob(dataDir)).toMatchObject({ status: 'queued', attempt: 1, errors: [] });
  });

  test('the job completes even if its output is no longer read', async () => {
    const dataDir = freshDataDir();
    const script = '"$0" scrape aurora_lab --max 200 --json | head -n 1';
    const env = { ...process.env, XGPT_DATA_DIR: dataDir, XGPT_SAMPLE_PAGE_MS: '20' };
    const child = Bun.spawn(['bash', '-c', script, XGPT], { env, stdout: 'pipe', stderr: 'pipe' });
    await child.exited;
    expect(await new Response(child.stderr).text()).toBe('');
    expect(await onlyJob(dataDir)).toMatchObject({ status: 'completed', result: { posts: 200 } });
  });
});
