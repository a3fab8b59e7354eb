import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { freshDataDir, startServer, stopServers, type TestServer } from '../support/server.ts';
import { run } from '../support/terminal.ts';
import { until } from '../support/wait.ts';
import { connect, dataOf, httpAgent, type Json, REVISIONS, type Revision } from './agents.ts';
import type { Outcome } from './scenario.ts';

afterAll(stopServers);

const PROGRAM = join(import.meta.dir, '../../bin/xgpt');
const NODE = Bun.which('node');
const RUNTIMES = [['Bun', process.execPath] as const, ...(NODE ? [['Node', NODE] as const] : [])];
const EACH = RUNTIMES.flatMap(([name, path]) =>
  REVISIONS.map((revision) => [name, revision, path] as const),
);

/** Slow enough that a long scrape is still running when it is cancelled, in ms for a page of 20 posts. */
const PAGE_MS = '200';

let script: string;
let server: TestServer;

beforeAll(async () => {
  server = await startServer(undefined, { XGPT_SAMPLE_PAGE_MS: PAGE_MS });
  const outdir = freshDataDir();
  const entrypoints = [join(import.meta.dir, 'scenario_main.ts')];
  const { success } = await Bun.build({ entrypoints, outdir, target: 'node', format: 'esm' });
  expect(success).toBe(true);
  script = join(outdir, 'scenario_main.mjs');
  await Bun.write(script, Bun.file(join(outdir, 'scenario_main.js')));
});

async function outcomeOf(runtime: string, revision: Revision, target: string): Promise<Outcome> {
  const env = { ...process.env, XGPT_DATA_DIR: freshDataDir(), XGPT_SAMPLE_PAGE_MS: PAGE_MS };
  const child = Bun.spawn([runtime, script, revision, target], { env, stderr: 'pipe' });
  const [output, errors] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  if ((await child.exited) !== 0) throw new Error(errors);
  return JSON.parse(output) as Outcome;
}

function checkOutcome(outcome: Outcome, revision: Revision): void {
  expect(outcome.era).toBe(revision === '2026-07-28' ? 'modern' : 'legacy');
  expect(outcome.tools).toEqual(expect.arrayContaining(['find', 'scrape', 'search', 'embed']));
  expect(outcome.handle).toMatchObject({ resultType: 'task', status: 'working' });
  expect(outcome.seen).toHaveLength(2);
  expect(outcome.ended).toMatchObject({ taskId: outcome.handle.taskId, status: 'completed' });
  expect(outcome.posts).toBe(60);
  expect(outcome.found).toBeGreaterThanOrEqual(60);
  expect(outcome.cancelled).toBe('cancelled');
}

describe('the official client', () => {
  test.concurrent.each(EACH)(
    'FEATURES 57: on %s, of %s, runs jobs as tasks over HTTP',
    async (_, revision, path) => {
      checkOutcome(await outcomeOf(path, revision, server.url), revision);
    },
  );

  test.concurrent.each(EACH)(
    'FEATURES 57: on %s, of %s, runs jobs as tasks over a pipe',
    async (_, revision, path) => {
      checkOutcome(await outcomeOf(path, revision, PROGRAM), revision);
    },
  );
});

/** The task once it has stored some, but not all of its posts. */
function inMidTask(task: () => Promise<Json>): Promise<Json> {
  return until('some posts are stored', async () => {
    const now = await task();
    return /\b(?!200)\d+ \/ 200/.test(String(now.statusMessage)) ? now : undefined;
  });
}

const SCRAPE = { username: 'aurora_lab', maxTweets: 200 };

function storedPosts(ended: Json): unknown {
  return (dataOf(ended.result as Json).job as { result: { posts: unknown } }).result.posts;
}

describe('a task', () => {
  test('FEATURES 57: keeps its id when the server is killed, and ends with exactly its posts', async () => {
    const first = await startServer(undefined, { XGPT_SAMPLE_PAGE_MS: PAGE_MS });
    const agents = await Promise.all(
      REVISIONS.map((revision) => httpAgent(first.url, { revision })),
    );
    const [agent] = agents as [(typeof agents)[0]];
    const { taskId } = await agent.call('scrape', SCRAPE);
    await inMidTask(() => agent.task(taskId));
    await first.end('SIGKILL');
    const next = await startServer(first.dataDir);
    for (const revision of REVISIONS) {
      const again = await httpAgent(next.url, { revision });
      const ended = await until('the task has ended', async () => {
        const task = await again.task(taskId);
        return task.status === 'completed' ? task : undefined;
      });
      expect(storedPosts(ended)).toBe(200);
      const found = dataOf(await again.call('find', { q: 'from:aurora_lab', limit: 1 }));
      expect(found.total).toBe(200);
    }
  });

  test('FEATURES 57: goes on in the next process when the one behind a pipe is killed', async () => {
    const dataDir = freshDataDir();
    const [revision] = REVISIONS;
    const piped = (pageMs: string) => {
      const env = { ...process.env, XGPT_DATA_DIR: dataDir, XGPT_SAMPLE_PAGE_MS: pageMs };
      return new StdioClientTransport({ command: PROGRAM, args: ['mcp'], env: env as never });
    };
    const transport = piped(PAGE_MS);
    const agent = await connect(transport as never, { revision });
    const { taskId } = await agent.call('scrape', SCRAPE);
    await inMidTask(() => agent.task(taskId));
    process.kill(transport.pid as number, 'SIGKILL');
    await agent.close();
    const again = await connect(piped('0') as never, { revision });
    const ended = await until('the task has ended', async () => {
      const task = await again.task(taskId);
      return task.status === 'completed' ? task : undefined;
    });
    expect(storedPosts(ended)).toBe(200);
    await again.close();
  });
});

test('FEATURES 57: xgpt mcp --read-only runs no jobs, starts none, and is no worker', async () => {
  const dataDir = freshDataDir();
  const env = { ...process.env, XGPT_DATA_DIR: dataDir };
  const { code } = await run(['scrape', 'aurora_lab', '--detach'], { dataDir });
  expect(code).toBe(0);
  const args = ['mcp', '--read-only'];
  const transport = new StdioClientTransport({ command: PROGRAM, args, env: env as never });
  const [revision] = REVISIONS;
  const agent = await connect(transport as never, { revision });
  const names = (await agent.client.listTools()).tools.map(({ name }) => name);
  expect(names).toContain('find');
  expect(names).not.toContain('scrape');
  expect((await agent.call('scrape', { username: 'aurora_lab' })).isError).toBe(true);
  const { jobs } = dataOf(await agent.call('list_jobs')) as { jobs: Json[] };
  expect(jobs).toMatchObject([{ status: 'queued' }]);
  const { stdout } = await run(['workers', '--json'], { dataDir });
  expect(stdout).not.toInclude('"kind":"worker"');
  await agent.close();
  expect((await run(['jobs', 'list', '--json'], { dataDir })).stdout).toInclude('"queued"');
});
