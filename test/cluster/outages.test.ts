import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { SQL } from 'bun';
import {
  KEEPS_WHAT_IT_CONFIRMED,
  type PostgresServer,
  startPostgres,
} from '../support/postgres/server.ts';
import { freshDataDir, stopServers, type TestServer } from '../support/server.ts';
import { until } from '../support/wait.ts';
import { type Cluster, found, runOn, startWebNode, startWorker, stopWorkers } from './nodes.ts';

let server: PostgresServer;

afterAll(async () => {
  await stopWorkers();
  await stopServers();
  await server.stop();
});

const USERS = ['aurora_lab', 'mira_orbits', 'deep_sky_dan', 'tidal_lock'];

async function startJobs(node: TestServer) {
  // After an outage it refuses starts until its next check.
  await until('it can write', async () => {
    return (await node.json<{ status: string }>('/healthz')).status === 'ok';
  });
  const jobs = await Promise.all(USERS.map((username) => node.start('scrape', { username })));
  await until('they run', async () => {
    const all = await Promise.all(jobs.map(({ id }) => node.job(id)));
    return all.some(({ progress }) => progress.current > 0);
  });
  return jobs.map(({ id }) => id);
}

async function expectAllEnded(nodes: readonly TestServer[], ids: string[]): Promise<void> {
  for (const node of nodes) {
    const ended = await Promise.all(ids.map((id) => node.ended(id)));
    expect(ended.map(({ status, progress }) => [status, progress.current])).toEqual(
      ended.map(({ progress }) => ['completed', progress.total]),
    );
    await until('the posts can be found', async () => {
      const held = await Promise.all(USERS.map((name) => found(node, `author=${name}`)));
      return Bun.deepEquals(
        held,
        ended.map(({ progress }) => progress.current),
      );
    });
  }
}

describe('FEATURES 55: jobs that run while', () => {
  let cluster: Cluster;
  let nodes: readonly [TestServer, TestServer];

  test('a cluster starts', async () => {
    server = await startPostgres(undefined, KEEPS_WHAT_IT_CONFIRMED);
    const env = { XGPT_DATABASE_URL: server.address, XGPT_SAMPLE_PAGE_MS: '400' };
    cluster = { address: server.address, env: { ...env, XGPT_LEASE_MS: '3000' } };
    nodes = await Promise.all([startWebNode(cluster), startWebNode(cluster)]);
    startWorker(cluster);
  });

  test('PostgreSQL is killed and comes back end once, with all their posts', async () => {
    const ids = await startJobs(nodes[0]);
    await server.restart(() => Bun.sleep(2_000));
    await expectAllEnded(nodes, ids);
  });

  test('all connections are terminated end once, with all their posts', async () => {
    const ids = await startJobs(nodes[1]);
    const sql = new SQL({ url: server.address, max: 1 });
    await sql.unsafe(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL',
    );
    await sql.close();
    await expectAllEnded(nodes, ids);
  });
});

describe('FEATURES 55: while PostgreSQL cannot be reached', () => {
  const OUTDATED = 'This was copied from it before, and may be out of date.';
  let own: PostgresServer;
  let node: TestServer;
  let env: Record<string, string>;

  beforeAll(async () => {
    own = await startPostgres();
    env = { XGPT_DATABASE_URL: own.address };
    node = await startWebNode({ address: own.address, env });
    await node.ended((await node.start('scrape', { username: 'aurora_lab' })).id);
    await own.stop();
    await until('the server knows', async () => {
      return (await node.json<{ status: string }>('/healthz')).status === 'failing';
    });
  });

  test.each([
    '/find',
    '/find?q=from%3Aaurora_lab',
    '/authors/sample/aurora_lab',
    '/profiles',
    '/sources',
  ])('the page %s shows what this machine has copied', async (path) => {
    const page = await fetch(node.url + path, { headers: { accept: 'text/html' } });
    expect(page.status).toBe(200);
    const text = await page.text();
    expect(text).toContain('The PostgreSQL server cannot be reached.');
    if (path.startsWith('/find')) expect(text).toContain(OUTDATED);
    if (path !== '/sources') expect(text).toContain('aurora_lab');
  });

  test.each(['/api/find', '/api/posts'])('%s says that it may be out of date', async (path) => {
    const answer = await node.json<{ total: number; notes: string[] }>(path);
    expect(answer.total).toBe(100);
    expect(answer.notes).toContainEqual(expect.stringContaining(OUTDATED));
  });

  test.each(['/', '/jobs', '/history', '/schedules'])(
    'the page %s, which is about jobs, is refused',
    async (path) => {
      const page = await fetch(node.url + path, { headers: { accept: 'text/html' } });
      expect(page.status).toBe(503);
      expect(await page.text()).toContain('The PostgreSQL server cannot be reached.');
    },
  );

  test.each([
    [['find', 'from:aurora_lab']],
    [['posts']],
    [['users']],
    [['finds']],
    [['sources']],
    [['imports']],
  ])('xgpt %j reads what this machine has copied, and says so', async (words) => {
    const { code, stderr } = await runOn(
      { env: { ...env, XGPT_DATA_DIR: node.dataDir } },
      ...words,
    );
    expect([code, stderr]).toEqual([0, expect.stringContaining(OUTDATED)]);
  });

  test.each([
    ['has no copy', ['posts'], () => freshDataDir()],
    ['lists jobs', ['jobs', 'list'], () => node.dataDir],
    ['saves', ['find', '--save', 'mine', 'from:aurora_lab'], () => node.dataDir],
  ])('a command that %s is refused, with the place of the database', async (_, words, dataDir) => {
    const outcome = await runOn({ env: { ...env, XGPT_DATA_DIR: dataDir() } }, ...words);
    expect([outcome.code, outcome.stdout]).toEqual([5, '']);
    expect(outcome.stderr).toContain(
      'The PostgreSQL server cannot be reached. Start the server, or check its address and the network.\n',
    );
    expect(outcome.stderr).not.toContain('XGPT_DATA_DIR');
  });

  // By now Bun has tried several times to listen again.
  test('the log of the server says so once', () => {
    expect(node.log()).toEqual([
      expect.stringMatching(/^\d{4}-\S+ error The PostgreSQL server cannot be reached\./),
    ]);
  });
});
