import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { z } from 'zod';
import { createTracker, defineJob } from '../../src/jobs/index.ts';
import { freshDataDir, startServer, stopServers } from '../support/server.ts';
import { jobsIn, run, start, startInTerminal, stopCommands } from '../support/terminal.ts';
import { until } from '../support/wait.ts';

// Every command is a process of its own, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(stopCommands);
afterAll(stopServers);

async function jobsOf(dataDir: string) {
  return jobsIn((await run(['jobs', 'list', '--json'], { dataDir })).stdout);
}

/** A scrape whose first attempt has failed, and which waits for the next one. */
async function leaveRetrying(dataDir: string): Promise<void> {
  const tracker = createTracker({ database: `${dataDir}/xgpt.sqlite` });
  tracker.define(
    defineJob<'scrape'>({
      type: 'scrape',
      concurrency: 1,
      input: z.any(),
      retry: { baseMs: 3_000 },
      run: () => Promise.reject(new Error('The source is down.')),
    }),
  );
  const input = { username: 'aurora_lab', maxTweets: 20, source: 'sample' };
  const { id } = await tracker.enqueue('scrape', input);
  await tracker.start({ only: id });
  await until('it waits again', () => tracker.getJob(id)?.status === 'retrying');
  await tracker.stop();
}

describe('worker --once', () => {
  test('runs all queued jobs, also those that wait for a retry, and ends with 0', async () => {
    const dataDir = freshDataDir();
    await run(['scrape', 'aurora_lab', '--max', '200', '--detach'], { dataDir });
    await run(['scrape', 'nobody_here', '--detach'], { dataDir });
    await leaveRetrying(dataDir);
    const { code, stdout, stderr } = await run(['worker', '--once'], { dataDir });
    expect({ code, stdout }).toEqual({ code: 0, stdout: `xgpt runs the jobs in ${dataDir}\n` });
    expect(stderr).not.toContain('put back');
    expect(await jobsOf(dataDir)).toMatchObject([
      { status: 'completed', attempt: 2, result: { posts: 20 } },
      { status: 'failed' },
      { status: 'completed', attempt: 1, result: { posts: 200 } },
    ]);
  });

  test('ends at once without jobs, and waits for jobs of another process', async () => {
    const nothing = await run(['worker', '--once'], { dataDir: freshDataDir() });
    expect(nothing.code).toBe(0);
    const server = await startServer(undefined, { XGPT_SAMPLE_PAGE_MS: '40' });
    const { id } = await server.start('scrape', { username: 'aurora_lab', maxTweets: '1000' });
    await until('it runs', async () => (await server.job(id)).status === 'running');
    const worker = await run(['worker', '--once'], server);
    expect(worker.code).toBe(0);
    expect((await server.job(id)).status).toBe('completed');
  });

  test('F6: SIGHUP puts its jobs back without using up an attempt, and exits 0', async () => {
    const dataDir = freshDataDir();
    const env = { XGPT_SAMPLE_PAGE_MS: '50', XGPT_DRAIN_MS: '50' };
    const worker = start(['worker'], { dataDir, env });
    const words = ['scrape', 'aurora_lab', '--max', '1000', '--detach'];
    const id = (await run(words, { dataDir, env })).stdout.trim();
    const show = async () =>
      JSON.parse((await run(['jobs', 'show', id, '--json'], { dataDir })).stdout).job;
    await until('it has begun', async () => (await show()).progress.current > 0);
    worker.child.kill('SIGHUP');
    expect((await worker.ended()).code).toBe(0);
    expect(await show()).toMatchObject({ status: 'queued', attemptsUsed: 0, errors: [] });
  });

  test('F6: closing the terminal of a server drains it', async () => {
    const dataDir = freshDataDir();
    const server = startInTerminal([], { dataDir, env: { PORT: '0' } });
    await server.shows(/xgpt is at http/);
    server.child.terminal?.close();
    expect(await server.ended()).toBe(0);
  });

  test('without --once a worker waits for more jobs', async () => {
    const dataDir = freshDataDir();
    const worker = start(['worker'], { dataDir });
    await until('it works', () => worker.stdout().includes('xgpt runs the jobs'));
    const { stdout } = await run(['scrape', 'aurora_lab', '--detach'], { dataDir });
    expect((await run(['jobs', 'wait', stdout.trim()], { dataDir })).code).toBe(0);
    expect(worker.child.exitCode).toBeNull();
    worker.child.kill('SIGTERM');
    expect((await worker.ended()).code).toBe(0);
  });
});
