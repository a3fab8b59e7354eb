import { afterAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { type PostgresServer, startPostgres } from '../support/postgres/server.ts';
import { freshDataDir, startServer, stopServers, type TestServer } from '../support/server.ts';
import { until } from '../support/wait.ts';
import { type Host, Network } from './network.ts';
import { found, post } from './nodes.ts';

const network = Network.create();
let postgres: PostgresServer;

afterAll(async () => {
  await stopServers();
  await postgres?.stop();
  network?.remove();
});

const TOKEN = 'a-secret-of-sixteen-signs';
const WRONG_CLOCK = ['--preload', join(import.meta.dir, 'wrong_clock.ts')];

/** A server on a host of its own; `clockMs`: by how much its clock is wrong. */
async function startOn(host: Host, clockMs = 0): Promise<TestServer> {
  const env = {
    ...{ HOST: host.address, XGPT_TOKEN: TOKEN, XGPT_HOSTS: host.address },
    ...{ XGPT_DATABASE_URL: postgres.address, XGPT_SAMPLE_PAGE_MS: '500' },
    ...{ XGPT_LEASE_MS: '3000', XGPT_SCRAPE_CONCURRENCY: '2' },
    XGPT_TEST_CLOCK_MS: String(clockMs),
  };
  const options = clockMs === 0 ? [] : WRONG_CLOCK;
  const server = await startServer(freshDataDir(), env, host.prefix, options);
  const headers = { authorization: `Bearer ${TOKEN}` };
  return { ...server, ...withHeaders(server, headers) };
}

function withHeaders(server: TestServer, headers: Record<string, string>) {
  const json = <Answer>(path: string, init: RequestInit = {}) =>
    server.json<Answer>(path, { ...init, headers: { ...headers, ...init.headers } });
  type Answer = { job: Awaited<ReturnType<TestServer['job']>> };
  const job = async (id: string) => (await json<Answer>(`/api/jobs/${id}`)).job;
  return {
    json,
    job,
    start: async (type: string, fields: Record<string, string>) =>
      (await json<Answer>(`/api/${type}`, { method: 'POST', body: new URLSearchParams(fields) }))
        .job,
    ended: (id: string) =>
      until(`${id} has ended`, async () => {
        const found = await job(id);
        return found.completedAt ? found : undefined;
      }),
  };
}

/** Which of the hosts runs a job. */
async function holderOf(id: string): Promise<string | undefined> {
  const { SQL } = await import('bun');
  const sql = new SQL({ url: postgres.address, max: 1 });
  const rows = await sql`SELECT owner FROM jobs WHERE id = ${id}`;
  await sql.close();

  return rows[0]?.owner?.split('/')[0];
}

// Only the superuser of Linux can make hosts.
describe.if(network !== undefined)('FEATURES 55: hosts with a network of their own', () => {
  const hosts: Host[] = [];
  const servers: TestServer[] = [];

  test('start', async () => {
    if (!network) return;
    postgres = await startPostgres(network);
    hosts.push(...['host-1', 'host-2'].map((name) => network.addHost(name)));
    servers.push(...(await Promise.all(hosts.map((host) => startOn(host)))));
  });

  test('a job whose host is cut off goes on elsewhere; when it is back, it stops there', async () => {
    const [first, second] = servers as [TestServer, TestServer];
    const ids = await Promise.all(
      ['aurora_lab', 'mira_orbits', 'deep_sky_dan', 'tidal_lock'].map(
        async (username) => (await second.start('scrape', { username })).id,
      ),
    );
    const onSecond = await until('the second host has a job', async () => {
      const holders = await Promise.all(ids.map(holderOf));
      return ids.find((_, index) => holders[index] === 'host-2');
    });
    hosts[1]?.cut();
    await until('the first host has taken it over', async () => {
      return (await holderOf(onSecond)) === 'host-1' || (await first.job(onSecond)).completedAt;
    });
    hosts[1]?.heal();
    const ended = await Promise.all(ids.map((id) => first.ended(id)));
    expect(ended.map(({ status, progress }) => [status, progress.current])).toEqual(
      ended.map(({ progress }) => ['completed', progress.total]),
    );
    const held = ended.map(({ progress }) => progress.current);
    for (const server of [first, second]) {
      await until('its posts are complete', async () => {
        const counts = await Promise.all(
          ended.map(({ metadata }) => found(server, `author=${metadata?.username}`)),
        );
        return Bun.deepEquals(counts, held);
      });
    }
  });

  test('a clock that is wrong by a minute takes no job from its holder, and gives none away', async () => {
    if (!network) return;
    const [first] = servers as [TestServer];
    const late = await startOn(network.addHost('host-3'), -60_000);
    const early = await startOn(network.addHost('host-4'), 60_000);
    for (const server of [first, late, early]) {
      const { id } = await server.start('scrape', { username: 'aurora_lab' });
      const ended = await early.ended(id);
      expect([ended.status, ended.attempt]).toEqual(['completed', 1]);
    }
    expect((await post(late, '/api/embed', {}, { authorization: `Bearer ${TOKEN}` })).status).toBe(
      202,
    );
  });
});
