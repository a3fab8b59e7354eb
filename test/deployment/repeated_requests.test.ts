import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { Job } from '../../src/jobs/index.ts';
import { lastingPort } from '../support/port.ts';
import { freshDataDir, startServer, stopServers, type TestServer } from '../support/server.ts';
import { until } from '../support/wait.ts';
import { PROXIES } from './documented.ts';
import { DOWNLOAD_TIMEOUT_MS, findPrograms } from './programs.ts';
import { HOST, startProxy, stopProxies, type TestProxy } from './proxy.ts';
import { startRelay } from './relay.ts';
import { type Ask, ask } from './request.ts';

// Proxies and servers are processes of their own, on a machine that may be busy.
setDefaultTimeout(120_000);
afterAll(async () => {
  await stopServers();
  await stopProxies();
});

/** How often a proxy sends a request whose response was lost, as docs/deployment.md says. */
const SENT = {
  nginx: { DELETE: 2, 'POST with a key, without a body': 1 },
  HAProxy: { DELETE: 1, 'POST with a key, without a body': 1 },
  Caddy: { DELETE: 1, 'POST with a key, without a body': 2 },
  Apache: { DELETE: 1, 'POST with a key, without a body': 1 },
};

const JSON_ANSWER = { accept: 'application/json' };
const FORM = { ...JSON_ANSWER, 'content-type': 'application/x-www-form-urlencoded' };

const startScrape = (fields: string, headers: Record<string, string> = {}): Ask => ({
  method: 'POST',
  path: '/api/scrape',
  headers: { ...FORM, ...headers },
  body: `username=aurora_lab&${fields}`,
});

const jobsOf = async (server: TestServer) =>
  (await server.json<{ jobs: Job[] }>('/api/jobs?limit=1000')).jobs;

let server: TestServer;
beforeAll(async () => {
  await findPrograms();
  // An empty folder for the model keeps embed jobs from fetching it.
  const env = { XGPT_HOSTS: HOST, XGPT_MODEL_DIR: freshDataDir() };
  server = await startServer(undefined, env);
}, DOWNLOAD_TIMEOUT_MS);

describe.each(PROXIES)('when xgpt ends before it has responded, %s', (name) => {
  let relay: Awaited<ReturnType<typeof startRelay>>;
  let proxy: TestProxy;

  beforeAll(async () => {
    relay = await startRelay(Number(new URL(server.url).port));
    proxy = await startProxy(name, { tls: false, upstream: relay.port });
  });

  afterAll(async () => {
    relay.stop();
    await proxy.stop();
  });

  /** Loses the response to this request and returns how often it arrived, and its status. */
  async function lose(request: Ask) {
    // Proxies repeat a request only on a connection that they kept from an earlier one.
    await ask(proxy, { path: '/healthz' });
    const line = `${request.method ?? 'GET'} ${request.path}`;
    const before = relay.requests.length;
    relay.loseNext(new RegExp(`^${line}$`));
    const { status } = await ask(proxy, request);
    const arrived = relay.requests.slice(before).filter((sent) => sent === line).length;
    return { arrived, status };
  }

  test('does not repeat a start', async () => {
    const before = (await jobsOf(server)).length;
    const fields = `maxTweets=${100 + PROXIES.indexOf(name)}`;
    expect(await lose(startScrape(fields))).toEqual({ arrived: 1, status: 502 });
    expect((await jobsOf(server)).length).toBe(before + 1);
  });

  test('does not start a job twice that has an Idempotency-Key', async () => {
    const before = (await jobsOf(server)).length;
    const request = startScrape('maxTweets=12', { 'idempotency-key': `start-${name}` });
    await lose(request);
    // Beyond the half second in which identical starts are one anyway.
    await Bun.sleep(600);
    expect((await ask(proxy, request)).status).toBe(202);
    expect((await jobsOf(server)).length).toBe(before + 1);
  });

  test('does not start a job twice by a request without a body', async () => {
    const before = (await jobsOf(server)).length;
    const request: Ask = {
      method: 'POST',
      path: '/api/embed',
      headers: { ...JSON_ANSWER, 'idempotency-key': `embed-${name}` },
    };
    expect((await lose(request)).arrived).toBe(SENT[name]['POST with a key, without a body']);
    await Bun.sleep(600);
    expect((await ask(proxy, request)).status).toBe(202);
    expect((await jobsOf(server)).length).toBe(before + 1);
  });

  test('removes one job, even if it repeats the request', async () => {
    const [{ id }, ...others] = await ended(server);
    const request: Ask = { method: 'DELETE', path: `/api/jobs/${id}`, headers: JSON_ANSWER };
    const { arrived, status } = await lose(request);
    expect(arrived).toBe(SENT[name].DELETE);
    // Repeated, it finds no such job any more.
    expect(status).toBe(arrived === 1 ? 502 : 404);
    expect((await jobsOf(server)).map((job) => job.id)).toEqual(others.map((job) => job.id));
  });

  test('does not repeat a retry', async () => {
    const [{ id }] = await ended(server);
    const request: Ask = { method: 'POST', path: `/api/jobs/${id}/retry`, headers: JSON_ANSWER };
    expect(await lose(request)).toEqual({ arrived: 1, status: 502 });
  });
});

/** The jobs, when none is active. */
function ended(server: TestServer): Promise<[Job, ...Job[]]> {
  return until('all jobs have ended', async () => {
    const jobs = await jobsOf(server);
    return jobs.every((job) => job.completedAt) ? (jobs as [Job, ...Job[]]) : undefined;
  });
}

test('a server that is killed during a start starts it at most once, behind every proxy', async () => {
  const dataDir = freshDataDir();
  const env = { XGPT_HOSTS: HOST, PORT: lastingPort() };
  const first = await startServer(dataDir, env);
  const upstream = Number(env.PORT);
  const behind = await Promise.all(
    PROXIES.map(async (name, index) => ({
      proxy: await startProxy(name, { tls: false, upstream }),
      request: startScrape(`maxTweets=${20 + index}`, { 'idempotency-key': `killed-${name}` }),
    })),
  );
  for (const { proxy } of behind) {
    expect((await ask(proxy, { path: '/healthz' })).status).toBe(200);
  }
  // The requests are delivered and not read.
  first.child.kill('SIGSTOP');
  const answers = behind.map(({ proxy, request }) => ask(proxy, request));
  await Bun.sleep(200);
  await first.end('SIGKILL');
  const second = await startServer(dataDir, env);
  for (const { status } of await Promise.all(answers)) expect([202, 502, 503]).toContain(status);
  for (const { proxy, request } of behind) {
    await until(
      'the proxy reaches the server again',
      async () => (await ask(proxy, request)).status === 202,
    );
  }
  expect((await jobsOf(second)).length).toBe(PROXIES.length);
  await second.end('SIGTERM');
});
