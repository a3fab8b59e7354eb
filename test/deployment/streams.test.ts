import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { startServer, stopServers, type TestServer } from '../support/server.ts';
import { until } from '../support/wait.ts';
import { PROXIES, type ProxyName } from './documented.ts';
import { DOWNLOAD_TIMEOUT_MS, findPrograms } from './programs.ts';
import { HOST, startProxy, stopProxies, type TestProxy } from './proxy.ts';
import { follow } from './request.ts';
import { portOf } from './setup.ts';

// Proxies and servers are processes of their own, on a machine that may be busy.
setDefaultTimeout(120_000);

/** How much later than without the proxy an event may arrive, in ms. */
const LATEST_MS = 50;

/** A proxy that holds events back does so each time; a busy machine does not. */
const ROUNDS = 6;

const SENT = [
  { tls: false, encoding: 'identity' },
  { tls: false, encoding: 'gzip, br, zstd' },
  { tls: true, encoding: 'gzip, br, zstd' },
];
const CASES = PROXIES.flatMap((name) => SENT.map((sent) => ({ name, ...sent })));

let server: TestServer;
beforeAll(async () => {
  await findPrograms();
  // A page takes longer than a frame of the taskbar, so that events come apart from each other.
  server = await startServer(undefined, { XGPT_HOSTS: HOST, XGPT_SAMPLE_PAGE_MS: '100' });
}, DOWNLOAD_TIMEOUT_MS);
// The server first: Apache stops at once only when it has no open stream.
afterAll(async () => {
  await stopServers();
  await stopProxies();
});

/** For each stream, how much later each event of a scrape arrives than directly, in ms. */
async function delaysOf(streams: { proxy: TestProxy; encoding: string }[]): Promise<number[][]> {
  const path = '/api/jobs/stream';
  const direct = await follow({ port: portOf(server) }, path);
  const proxied = await Promise.all(
    streams.map(({ proxy, encoding }) => follow(proxy, path, { 'accept-encoding': encoding })),
  );
  const all = [direct, ...proxied];
  await until('all streams are open', () => all.every(({ arrivals }) => arrivals.size > 0));
  await Bun.sleep(100);
  const known = new Set(all.flatMap(({ arrivals }) => [...arrivals.keys()]));
  const { id } = await server.start('scrape', { username: 'aurora_lab', maxTweets: '200' });
  await server.ended(id);
  await Bun.sleep(400);
  for (const { close } of all) close();
  const events = [...direct.arrivals].filter(([event]) => !known.has(event));
  expect(events.length).toBeGreaterThan(5);
  return proxied.map(({ arrivals }) =>
    events.map(([event, at]) => (arrivals.get(event) ?? Number.POSITIVE_INFINITY) - at),
  );
}

describe('each event of a stream arrives within 50 ms', () => {
  /** The latest event of each case's best round. */
  const latest = CASES.map(() => Number.POSITIVE_INFINITY);

  beforeAll(async () => {
    const started = new Map<string, Promise<TestProxy>>();
    const proxyOf = (name: ProxyName, tls: boolean) => {
      const key = `${name} ${tls}`;
      const proxy = started.get(key) ?? startProxy(name, { tls, upstream: portOf(server) });
      started.set(key, proxy);
      return proxy;
    };
    const streams = await Promise.all(
      CASES.map(async ({ name, tls, encoding }) => ({ proxy: await proxyOf(name, tls), encoding })),
    );
    for (let round = 0; round < ROUNDS && Math.max(...latest) >= LATEST_MS; round++) {
      const delays = await delaysOf(streams);
      for (const [i, of] of delays.entries()) latest[i] = Math.min(latest[i] ?? 0, Math.max(...of));
    }
  }, 120_000);

  test.each(CASES.map((given, index) => ({ ...given, index })))(
    'through $name, with TLS: $tls, for Accept-Encoding: $encoding',
    ({ index }) => {
      expect(latest[index]).toBeLessThan(LATEST_MS);
    },
  );
});

test('without http-no-delay, HAProxy delivers events late', async () => {
  const line = 'option http-no-delay';
  const edit = (file: string) => {
    expect(file).toContain(line);
    return file.replace(line, '');
  };
  const proxy = await startProxy('HAProxy', { tls: false, upstream: portOf(server), edit });
  const [delays = []] = await delaysOf([{ proxy, encoding: 'identity' }]);
  expect(Math.max(...delays)).toBeGreaterThan(LATEST_MS);
});

test('with encode, Caddy holds events back', async () => {
  const edit = (file: string) => file.replace('handle {', 'encode gzip\nhandle {');
  const proxy = await startProxy('Caddy', { tls: false, upstream: portOf(server), edit });
  const compressed = await follow(proxy, '/api/jobs/stream', { 'accept-encoding': 'gzip' });
  await until('the response has begun', () => compressed.pieces() > 0);
  const { id } = await server.start('scrape', { username: 'aurora_lab', maxTweets: '200' });
  await server.ended(id);
  expect(compressed.pieces()).toBe(1);
  compressed.close();
});
