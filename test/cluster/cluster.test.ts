import { afterAll, describe, expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Job } from '../../src/jobs/index.ts';
import { freshDataDir, stopServers, type TestServer } from '../support/server.ts';
import { until } from '../support/wait.ts';
import {
  type Cluster,
  found,
  newCluster,
  post,
  runOn,
  startWebNode,
  startWorker,
  stopWorkers,
} from './nodes.ts';

afterAll(async () => {
  await stopWorkers();
  await stopServers();
});

async function cookieOf(server: TestServer, token: string): Promise<string> {
  const answer = await post(server, '/login', { token }, { origin: server.url });
  return answer.headers.get('set-cookie')?.split(';')[0] ?? '';
}

describe('FEATURES 55: two servers and a worker on one PostgreSQL database', () => {
  let cluster: Cluster;
  let first: TestServer;
  let second: TestServer;

  test('start together on an empty database', async () => {
    cluster = await newCluster();

    [first, second] = await Promise.all([startWebNode(cluster), startWebNode(cluster)]);
    startWorker(cluster);
  });

  test('a job that is started at one is seen and read at the other, with what it has stored', async () => {
    const job = await first.start('scrape', { username: 'aurora_lab' });
    const ended = await second.ended(job.id);
    expect(ended.status).toBe('completed');
    const held = ended.progress.current;
    expect(held).toBeGreaterThan(10);
    await until(
      'the other server finds the posts',
      async () => (await found(second, 'author=aurora_lab')) === held,
    );
    expect(await found(first, 'author=aurora_lab')).toBe(held);
  });

  test('a repeated request with one Idempotency-Key starts one job, wherever it arrives', async () => {
    const headers = { 'idempotency-key': 'from two machines' };
    const answers = await Promise.all(
      [first, second, first, second].map((server) =>
        post(server, '/api/scrape', { username: 'mira_orbits' }, headers),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
    const jobs = (await Promise.all(answers.map((answer) => answer.json()))) as { job: Job }[];
    expect(new Set(jobs.map(({ job }) => job.id)).size).toBe(1);
  });

  test('commands on a further machine see and find the same', async () => {
    const listed = await runOn(cluster, 'jobs', 'list', '--json');
    const jobs = listed.stdout.trim().split('\n');
    expect(listed.code).toBe(0);
    expect(jobs).toHaveLength(2);
    const stars = await runOn(cluster, 'find', 'stars', '--json');
    expect(stars.stdout.trim().split('\n')).toHaveLength(await found(first, 'q=stars'));
  });

  test('a saved find, and its removal, hold everywhere', async () => {
    const made = await post(first, '/api/finds', { name: 'stars', q: 'stars' });
    expect(made.status).toBe(201);
    const saved = async () =>
      (await second.json<{ finds: { id: number; name: string }[] }>('/api/finds')).finds;
    await until('it is there', async () => (await saved()).length === 1);
    const removed = await runOn(cluster, 'finds', 'remove', 'stars');
    expect(removed.code).toBe(0);
    await until('it is gone', async () => (await saved()).length === 0);
  });

  test('a replica that is damaged is made anew', async () => {
    const dataDir = freshDataDir();
    writeFileSync(
      join(dataDir, 'replica.sqlite'),
      'no database, but long enough to be one. '.repeat(99),
    );
    const machine = { env: { ...cluster.env, XGPT_DATA_DIR: dataDir } };
    const stars = await runOn(machine, 'find', 'stars', '--json');
    expect(stars.stdout.trim().split('\n')).toHaveLength(await found(first, 'q=stars'));
  });

  test('backups are PostgreSQL’s own', async () => {
    const backup = await runOn(cluster, 'backup', '/tmp/xgpt-no-backup.sqlite');
    expect(backup.code).toBe(1);
    expect(backup.stderr).toContain('pg_dump');
  });

  test('a schedule that is made at one is known everywhere, and each run starts once', async () => {
    const schedule = { type: 'scrape', username: 'tidal_lock', cron: '* * * * * *' };
    const added = await post(first, '/api/schedules', schedule);
    expect(added.status).toBe(201);
    const { id } = ((await added.json()) as { schedule: { id: string } }).schedule;
    const runsAt = async (server: TestServer) =>
      (await server.json<{ runs: { dueAt: string; outcome: string }[] }>(`/api/schedules/${id}`))
        .runs;
    await until('it has run', async () => (await runsAt(second)).length > 3);
    const listed = await runOn(cluster, 'schedule', 'list', '--json');
    expect(listed.stdout).toContain(id);
    const removed = await runOn(cluster, 'schedule', 'pause', id);
    expect(removed.code).toBe(0);
    const runs = await runsAt(first);
    expect(new Set(runs.map(({ dueAt }) => dueAt)).size).toBe(runs.length);
    expect(runs.some(({ outcome }) => outcome === 'started')).toBe(true);
  });

  test('all processes are listed at each, and by a command', async () => {
    interface Listed {
      processes: { kind: string }[];
    }
    const kinds = ({ processes }: Listed) => processes.map(({ kind }) => kind).sort();
    const expected = ['server', 'server', 'worker'];
    for (const server of [first, second])
      await until('they know each other', async () =>
        Bun.deepEquals(kinds(await server.json<Listed>('/api/workers')), expected),
      );
    const listed = await runOn(cluster, 'workers', '--json');
    expect(kinds(JSON.parse(listed.stdout))).toEqual(expected);
    const job = await runOn(cluster, 'scrape', 'deep_sky_dan', '--detach');
    expect(job.stderr).not.toContain('No server or worker is running');
  });
});

describe('FEATURES 55: jobs on several machines', () => {
  const SLOW = { XGPT_SAMPLE_PAGE_MS: '300', XGPT_LEASE_MS: '2000', XGPT_DRAIN_MS: '0' };

  test('a job is cancelled from another machine, and its handler aborts', async () => {
    const cluster = await newCluster(SLOW);
    const [first, second] = await Promise.all([startWebNode(cluster), startWebNode(cluster)]);
    const { id } = await first.start('scrape', { username: 'aurora_lab' });
    await until('it runs', async () => (await second.job(id)).progress.current > 0);
    const answers = await Promise.all(
      [first, second].map((server) => post(server, `/api/jobs/${id}/cancel`)),
    );
    // One of them may come when the job has ended.
    expect(answers.map(({ status }) => status)).toContain(200);
    const ended = await first.ended(id);
    expect(ended.status).toBe('cancelled');
    expect(await second.ended(id)).toEqual(ended);
  });

  test('the job of a machine that is gone goes on elsewhere from its checkpoint', async () => {
    const cluster = await newCluster(SLOW);
    const worker = startWorker(cluster);
    const server = await startWebNode(cluster);
    // The worker takes one job, and the server the other, whichever is first.
    const jobs = await Promise.all(
      ['aurora_lab', 'mira_orbits', 'deep_sky_dan', 'tidal_lock'].map((username) =>
        server.start('scrape', { username }),
      ),
    );
    await until('the worker runs jobs', async () => {
      const running = await Promise.all(jobs.map(({ id }) => server.job(id)));
      return running.some((job) => job.status === 'running' && job.progress.current > 20);
    });
    worker.kill('SIGKILL');
    const ended = await Promise.all(jobs.map(({ id }) => server.ended(id)));
    expect(ended.map(({ status, progress }) => [status, progress.current])).toEqual(
      ended.map(({ progress }) => ['completed', progress.total]),
    );
    const held = await Promise.all(
      ended.map(({ metadata }) => found(server, `author=${metadata?.username}`)),
    );
    expect(held).toEqual(ended.map(({ progress }) => progress.current));
  });
});

test('FEATURES 55: whoever has signed in at one server is signed in at the others', async () => {
  const token = 'a-secret-of-sixteen-signs';
  const cluster = await newCluster({ XGPT_TOKEN: token });
  const [first, second] = await Promise.all([startWebNode(cluster), startWebNode(cluster)]);
  for (let round = 0; round < 5; round++) {
    const cookie = await cookieOf(first, token);
    // At once: a proxy may send the next request to another server.
    const page = await fetch(`${second.url}/api/jobs`, { headers: { cookie } });
    expect(page.status).toBe(200);
    await post(second, '/logout', {}, { cookie, origin: second.url });
    await until('the sign-in has ended', async () => {
      const { status } = await fetch(`${first.url}/api/jobs`, { headers: { cookie } });
      return status === 401;
    });
  }
});

test('FEATURES 55: whoever signs out at one server gets no more events from the others', async () => {
  const token = 'a-secret-of-sixteen-signs';
  const cluster = await newCluster({ XGPT_TOKEN: token });
  const [first, second] = await Promise.all([startWebNode(cluster), startWebNode(cluster)]);
  const [cookie, staying] = [await cookieOf(first, token), await cookieOf(first, token)];
  const streamOf = async (sent: string) => {
    const { body } = await fetch(`${first.url}/api/jobs/events`, { headers: { cookie: sent } });
    return body as ReadableStream<Uint8Array>;
  };
  const [ended, open] = [await streamOf(cookie), (await streamOf(staying)).getReader()];
  let hasEnded = false;
  void open.closed.then(() => {
    hasEnded = true;
  });
  await post(second, '/logout', {}, { cookie, origin: second.url });
  for await (const _ of ended);
  expect(hasEnded).toBe(false);
  await open.cancel();
});
