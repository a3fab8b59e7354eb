import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { freshDataDir, startServer, stopServers } from '../support/server.ts';
import { jobsIn, run, stopCommands, XGPT } from '../support/terminal.ts';

// Every command is a process of its own, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(stopCommands);
afterAll(stopServers);

const FULL_DEVICE = '/dev/full';

/** Runs a line of bash in which `xgpt` is the program; the exit code is that of its first command. */
async function shell(line: string, dataDir: string) {
  const child = Bun.spawn(
    ['bash', '-c', `xgpt() { "$0" "$@"; }\n${line}\nexit \${PIPESTATUS[0]}`, XGPT],
    {
      env: { ...process.env, XGPT_DATA_DIR: dataDir, XGPT_SAMPLE_PAGE_MS: '0' },
      stdout: 'pipe',
      stderr: 'pipe',
    },
  );
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code: await child.exited, stdout, stderr };
}

describe('when the output is closed', () => {
  // This job takes most of a minute.
  const SLOW = { XGPT_SAMPLE_PAGE_MS: '1000' };
  const LONG = { username: 'aurora_lab', maxTweets: '10000' };

  test.each([
    ['jobs watch --json | head -n 1', 0],
    ['jobs watch 2>&1 | head -n 1', 0],
    ['jobs watch ID --json | head -n 1', 141],
    ['jobs watch ID --log | head -n 1', 141],
    ['jobs watch ID 2>&1 | head -n 1', 141],
    ['jobs show ID --follow | head -n 1', 141],
  ])('%s ends with %d, and the job continues', async (line, ends) => {
    const server = await startServer(undefined, SLOW);
    const { id } = await server.start('scrape', LONG);
    const { code, stdout } = await shell(`xgpt ${line.replace('ID', id)}`, server.dataDir);
    expect(code).toBe(ends);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    expect((await server.job(id)).status).toBe('running');
    await server.end('SIGKILL');
  });
});

describe.skipIf(!existsSync(FULL_DEVICE))('when the disk is full', () => {
  test.each([
    'scrape aurora_lab --max 20',
    'scrape aurora_lab --max 20 --json',
    'scrape aurora_lab --detach',
    'jobs list --json',
    'posts',
    'users list',
    'completion fish',
    '--help',
  ])('%s reports that standard output cannot be written, and ends with 1', async (line) => {
    const dataDir = freshDataDir();
    await run(['scrape', 'aurora_lab', '--max', '20'], { dataDir });
    const { code, stderr } = await shell(`xgpt ${line} >${FULL_DEVICE}`, dataDir);
    expect(stderr).toMatch(/^Cannot write to standard output: ENOSPC: no space left on device/m);
    expect(code).toBe(1);
  });

  test('the job completes all the same, and its exit code has priority', async () => {
    const dataDir = freshDataDir();
    await shell(`xgpt scrape aurora_lab --max 20 --json >${FULL_DEVICE}`, dataDir);
    const { stdout } = await run(['jobs', 'list', '--json'], { dataDir });
    expect(jobsIn(stdout)).toMatchObject([{ status: 'completed', result: { posts: 20 } }]);
    expect((await shell(`xgpt jobs show nothing >${FULL_DEVICE}`, dataDir)).code).toBe(3);
  });

  test('a failing standard error is ignored', async () => {
    const dataDir = freshDataDir();
    const done = await shell(`xgpt scrape aurora_lab --max 20 2>${FULL_DEVICE}`, dataDir);
    expect(done).toEqual({ code: 0, stdout: '20 posts of @aurora_lab, 20 new\n', stderr: '' });
    expect((await shell(`xgpt scrape nobody_here 2>${FULL_DEVICE}`, dataDir)).code).toBe(1);
    expect((await shell(`xgpt jobs show nothing 2>${FULL_DEVICE}`, dataDir)).code).toBe(3);
  });
});
