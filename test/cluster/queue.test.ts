import { afterAll, describe, expect, test } from 'bun:test';
import { RedisClient } from 'bun';
import { type RedisServer, startRedis } from '../support/redis/server.ts';
import { stopServers, type TestServer } from '../support/server.ts';
import { until } from '../support/wait.ts';
import {
  type Cluster,
  newCluster,
  post,
  runOn,
  startWebNode,
  startWorker,
  stopWorkers,
} from './nodes.ts';

interface Health {
  status: string;
  problems: { code: string }[];
}

const USERS = ['aurora_lab', 'mira_orbits', 'deep_sky_dan', 'tidal_lock'];

describe('FEATURES 55: two servers and a worker whose jobs BullMQ hands out on Redis', () => {
  let redis: RedisServer;
  let cluster: Cluster;
  let nodes: readonly [TestServer, TestServer];

  afterAll(async () => {
    await stopWorkers();
    await stopServers();
    await redis.stop();
  });

  async function expectAllEnded(ids: string[]): Promise<void> {
    for (const node of nodes) {
      const ended = await Promise.all(ids.map((id) => node.ended(id)));
      expect(ended.map(({ status, attempt }) => [status, attempt])).toEqual(
        ids.map(() => ['completed', 1]),
      );
    }
  }

  const startAll = (node: TestServer) =>
    Promise.all(USERS.map(async (username) => (await node.start('scrape', { username })).id));

  async function untilHealthy(isHealthy: boolean): Promise<void> {
    for (const node of nodes)
      await until('the server says so', async () => {
        const { status, problems } = await node.json<Health>('/healthz');
        // Jobs can be started and run all the same.
        expect(status).toBe('ok');
        return problems.some(({ code }) => code === 'queue_server_unreachable') !== isHealthy;
      });
  }

  test('a command starts a job, a process runs it, and each server shows it', async () => {
    redis = await startRedis();
    cluster = await newCluster({ XGPT_QUEUE_URL: redis.address, XGPT_SAMPLE_PAGE_MS: '100' });
    nodes = await Promise.all([startWebNode(cluster), startWebNode(cluster)]);
    startWorker(cluster);
    await untilHealthy(true);
    const started = await runOn(cluster, 'scrape', 'aurora_lab', '--detach', '--json');
    expect(started.code).toBe(0);
    const [id = ''] = /scrape-[0-9a-f-]+/.exec(started.stdout) ?? [];
    await expectAllEnded([id, ...(await startAll(nodes[0]))]);
  });

  test('a job is cancelled from the other server', async () => {
    const { id } = await nodes[0].start('scrape', { username: 'aurora_lab' });
    await until('it runs', async () => (await nodes[1].job(id)).progress.current > 0);
    const answer = await post(nodes[1], `/api/jobs/${id}/cancel`);
    expect(answer.status).toBe(200);
    expect((await nodes[0].ended(id)).status).toBe('cancelled');
  });

  test('all jobs end when all tickets are deleted', async () => {
    const ids = await startAll(nodes[0]);
    const client = new RedisClient(redis.address);
    await client.send('FLUSHALL', []);
    client.close();
    await expectAllEnded([...ids, ...(await startAll(nodes[1]))]);
  });

  test('all jobs end while Redis is away, which every page says until it is back', async () => {
    const before = await startAll(nodes[0]);
    await redis.kill();
    await untilHealthy(false);
    const page = await (await fetch(`${nodes[0].url}/jobs`)).text();
    expect(page).toContain('The queue server cannot be reached.');
    await expectAllEnded([...before, ...(await startAll(nodes[1]))]);
    await redis.start();
    await untilHealthy(true);
    await expectAllEnded(await startAll(nodes[0]));
  });
});
