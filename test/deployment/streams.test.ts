import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { startServer, stopServers, type TestServer } from '../support/server.ts';
import { until } from '../support/wait.ts';
import { PROXIES, type ProxyName } from './documented.ts';
import { HOST, startProxy, stopProxies, type TestProxy } from './proxy.ts';
import { follow, type Target } from './request.ts';

// Proxies and servers are processes of their own, on a machine that may be busy.
setDefaultTimeout(120_000);
afterAll(async () => {
  await stopProxies();
  await stopServers();
});

/** How much later than without the proxy an event may arrive, in ms. */
const LATEST_MS = 50;

/** A proxy that holds events back does so each time; a busy machine does not. */
const ROUNDS = 5;

const TASKBAR = '/api/jobs/stream';

/** The server first: Apache stops at once only when it has no open stream. */
async function stop(server: TestServer, proxy: TestProxy): Promise<void> {
  await server.end('SIGTERM');
  await proxy.stop();
}

const portOf = ({ url }: TestServer) => Number(new URL(url).port);

/** A page takes longer than a frame of the taskbar, so that events come apart from each other. */
const startSlowServer = () =>
  startServer(undefined, { XGPT_HOSTS: HOST, XGPT_SAMPLE_PAGE_MS: '100' });

/** How much later each event of a scrape arrives through the proxy than directly, in ms. */
async function delaysOf(server: TestServer, proxy: Target, headers: Record<string, string> = {}) {
  const direct = await follow({ port: portOf(server) }, TASKBAR, headers);
  const proxied = await follow(proxy, TASKBAR, headers);
  await until('both streams are open', () => direct.arrivals.size && proxied.arrivals.size);
  await Bun.sleep(100);
  const known = new Set([...direct.arrivals.keys(), ...proxied.arrivals.keys()]);
  const { id } = await server.start('scrape', { username: 'aurora_lab', maxTweets: '200' });
  await server.ended(id);
  await Bun.sleep(400);
  direct.close();
  proxied.close();
  const own = [...direct.arrivals].filter(([event]) => !known.has(event));
  return own.map(([event, at]) => (proxied.arrivals.get(event) ?? Number.POSITIVE_INFINITY) - at);
}

/** The latest event of the best round. */
async function latestOf(server: TestServer, proxy: Target, headers?: Record<string, string>) {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS && best >= LATEST_MS; round++) {
    const delays = await delaysOf(server, proxy, headers);
    expect(delays.length).toBeGreaterThan(5);
    best = Math.min(best, Math.max(...delays));
  }
  return best;
}

describe.each(PROXIES)('a stream through %s', (name) => {
  test.each([true, false])('brings each event within 50 ms, with TLS: %p', async (tls) => {
    const server = await startSlowServer();
    const proxy = await startProxy(name, { tls, upstream: portOf(server) });
    expect(await latestOf(server, proxy)).toBeLessThan(LATEST_MS);
    const compressing = { 'accept-encoding': 'gzip, br, zstd' };
    expect(await latestOf(server, proxy, compressing)).toBeLessThan(LATEST_MS);
    await stop(server, proxy);
  });
});

describe('a line of the documented file is needed', () => {
  const without = async (name: ProxyName, line: RegExp) => {
    const server = await startSlowServer();
    const edit = (file: string) => {
      expect(file).toMatch(line);
      return file.replace(line, '');
    };
    const proxy = await startProxy(name, { tls: false, upstream: portOf(server), edit });
    const delays = await delaysOf(server, proxy);
    await stop(server, proxy);
    return Math.max(...delays);
  };

  test('HAProxy: without http-no-delay, events are late', async () => {
    expect(await without('HAProxy', /option http-no-delay/)).toBeGreaterThan(LATEST_MS);
  });
});
