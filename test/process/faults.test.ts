import { Database } from 'bun:sqlite';
import { afterAll, afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { join } from 'node:path';
import type { Job } from '../../src/jobs/index.ts';
import { databaseIssueOf } from '../../src/platform/database_issue.ts';
import { endServers, startServer, stopServers, type TestServer } from '../support/server.ts';
import { startScript } from '../support/tracking_script.ts';
import { until } from '../support/wait.ts';

// Every server is a process of its own, on a machine that may be busy.
setDefaultTimeout(300_000);
afterEach(endServers);
afterAll(stopServers);

const LEASE_MS = 1_000;

const scripts: { kill(): Promise<void> }[] = [];

afterEach(async () => {
  for (const script of scripts.splice(0)) await script.kill();
});

const databaseOf = (server: TestServer) => join(server.dataDir, 'xgpt.sqlite');

async function scriptBeside(server: TestServer, blockMs?: number) {
  const script = await startScript({ database: databaseOf(server), leaseMs: LEASE_MS, blockMs });
  scripts.push(script);
  return script;
}

const startWithShortLease = () => startServer(undefined, { XGPT_LEASE_MS: String(LEASE_MS) });

describe('FAULTS A7: a tracked job whose process is busy', () => {
  test('stays running while that process lives, however long its lease has expired', async () => {
    const server = await startWithShortLease();
    const { id, exited } = await scriptBeside(server, 6 * LEASE_MS);
    const end = Date.now() + 4 * LEASE_MS;
    while (Date.now() < end) {
      expect((await server.job(id)).status).toBe('running');
      await Bun.sleep(200);
    }
    await exited;
    expect(await server.ended(id)).toMatchObject({ status: 'completed', errors: [] });
    await server.end('SIGTERM');
  });

  test('fails as interrupted when that process is killed', async () => {
    const server = await startWithShortLease();
    const { id, kill } = await scriptBeside(server, 60_000);
    expect((await server.job(id)).status).toBe('running');
    await kill();
    const job = await server.ended(id);
    expect(job).toMatchObject({ status: 'failed', failure: 'interrupted' });
    expect(job.errorMessage).toStartWith('Interrupted: ');
    await server.end('SIGTERM');
  });

  test('fails as interrupted also when another process has its pid by then', async () => {
    const server = await startWithShortLease();
    const { id, kill, pid } = await scriptBeside(server, 60_000);
    const database = new Database(databaseOf(server));
    database.run('PRAGMA busy_timeout = 10000');
    const { changes } = database.run(
      `UPDATE jobs SET owner = replace(owner, ':${pid}:', ':${process.pid}:') WHERE id = ?`,
      [id],
    );
    database.close();
    expect(changes).toBe(1);
    await kill();
    expect(await server.ended(id)).toMatchObject({ status: 'failed', failure: 'interrupted' });
    await server.end('SIGTERM');
  });
});

test('FAULTS A8: a discovery that is removed by force removes its waiting scrapes', async () => {
  const env = { XGPT_SAMPLE_PAGE_MS: '250', XGPT_SCRAPE_CONCURRENCY: '1' };
  const server = await startServer(undefined, env);
  const { id } = await server.start('discover', {
    query: 'science',
    maxResults: '6',
    scrape: 'true',
  });
  const children = async () => {
    const { jobs } = await server.json<{ jobs: Job[] }>('/api/jobs?type=scrape');
    return jobs.filter(({ parentId }) => parentId === id);
  };
  const before = await until('one runs and others wait', async () => {
    const jobs = await children();
    const has = (status: string) => jobs.some((job) => job.status === status);
    return has('completed') && has('running') && has('queued') ? jobs : undefined;
  });
  const removed = await fetch(`${server.url}/api/jobs/${id}?force=1`, { method: 'DELETE' });
  expect(removed.status).toBe(200);

  const statusOf = async (child: Job) => {
    const accept = { headers: { accept: 'application/json' } };
    const response = await fetch(`${server.url}/api/jobs/${child.id}`, accept);
    if (response.status === 404) return 'gone';
    return ((await response.json()) as { job: Job }).job.status;
  };
  await until('none runs', async () => {
    const statuses = await Promise.all(before.map(statusOf));
    return !statuses.some((status) => ['running', 'cancelling', 'queued'].includes(status));
  });
  for (const child of before) {
    const status = await statusOf(child);
    // Between the look and the removal one may have ended and the next begun.
    if (child.status === 'completed') expect(status).toBe('completed');
    else if (child.status === 'running') expect(['cancelled', 'completed']).toContain(status);
    else expect(['gone', 'cancelled']).toContain(status);
  }
  const statuses = await Promise.all(before.map(statusOf));
  expect(statuses.filter((status) => status === 'cancelled').length).toBeLessThanOrEqual(1);
  expect(statuses).toContain('gone');
  await server.end('SIGTERM');
});

describe('FAULTS A9: a script that creates short jobs without a pause beside the server', () => {
  test('does not keep others from starting a job', async () => {
    const server = await startServer();
    const script = await scriptBeside(server);
    const ids: string[] = [];
    // The script tells of every fifty: on a quick machine forty starts are over before the first.
    while (ids.length < 40 || script.made() < 100) {
      const response = await fetch(`${server.url}/api/scrape`, {
        method: 'POST',
        headers: { accept: 'application/json' },
        body: new URLSearchParams({ username: 'aurora_lab', maxTweets: '20' }),
      });
      const text = await response.text();
      expect({ status: response.status, text }).toEqual({ status: 202, text });
      ids.push((JSON.parse(text) as { job: Job }).job.id);
    }
    for (const id of ids) expect((await server.ended(id, 60_000)).status).toBe('completed');
    await script.kill();
    expect(server.log().filter((line) => /lock|busy/i.test(line))).toEqual([]);
    await server.end('SIGTERM');
  });

  test('a lock that lasts is not blamed on another program', () => {
    const { title, remedy } = databaseIssueOf({ code: 'SQLITE_BUSY' }) ?? {};
    expect(title).toBeString();
    expect(`${title} ${remedy}`).not.toMatch(/(other|another|foreign) program/i);
    expect(remedy).toContain('xgpt');
  });
});

test('FAULTS A11: a limit of one holds for a server and a worker together', async () => {
  const env = { XGPT_SAMPLE_PAGE_MS: '10', XGPT_SCRAPE_CONCURRENCY: '1' };
  const server = await startServer(undefined, env);
  const worker = Bun.spawn(
    [process.execPath, join(import.meta.dir, '../../src/main.ts'), 'worker'],
    {
      env: { ...process.env, XGPT_DATA_DIR: server.dataDir, XGPT_LOG_LEVEL: 'warn', ...env },
      stdout: 'pipe',
      stderr: 'inherit',
    },
  );
  try {
    // Its first line says that it works.
    await (worker.stdout as ReadableStream<Uint8Array>).getReader().read();

    const ids: string[] = [];
    for (let round = 0; round < 12; round++) {
      const username = 'aurora_lab';
      ids.push((await server.start('scrape', { username, maxTweets: String(40 + round) })).id);
    }
    const database = new Database(databaseOf(server), { readonly: true });
    const runningJobs = database.query<{ id: string }, []>(
      "SELECT id FROM jobs WHERE type = 'scrape' AND status IN ('running', 'cancelling')",
    );
    await until('all have ended', async () => {
      const running = runningJobs.all();
      expect(running.length).toBeLessThanOrEqual(1);
      const left = database.query('SELECT 1 FROM jobs WHERE completed_at IS NULL LIMIT 1').get();
      return left === null;
    });
    const runs = database
      .query<{ started_at: number; completed_at: number }, []>(
        'SELECT started_at, completed_at FROM jobs ORDER BY started_at, completed_at',
      )
      .all();
    database.close();
    expect(runs).toHaveLength(ids.length);
    for (const [index, run] of runs.entries()) {
      const next = runs[index + 1];
      if (next) expect(next.started_at).toBeGreaterThanOrEqual(run.completed_at);
    }
  } finally {
    worker.kill('SIGTERM');
    await worker.exited;
  }
  await server.end('SIGTERM');
});
