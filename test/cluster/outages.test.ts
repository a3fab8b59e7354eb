import { afterAll, describe, expect, test } from 'bun:test';
import { SQL } from 'bun';
import {
  KEEPS_WHAT_IT_CONFIRMED,
  type PostgresServer,
  startPostgres,
} from '../support/postgres/server.ts';
import { stopServers, type TestServer } from '../support/server.ts';
import { until } from '../support/wait.ts';
import { type Cluster, found, startWebNode, startWorker, stopWorkers } from './nodes.ts';

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
    await server.restart(2_000);
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
