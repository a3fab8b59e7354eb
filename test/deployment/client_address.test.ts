import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { startServer, stopServers, type TestServer } from '../support/server.ts';
import { until } from '../support/wait.ts';
import { PROXIES } from './documented.ts';
import { DOWNLOAD_TIMEOUT_MS, findPrograms } from './programs.ts';
import { startProxy, stopProxies, type TestProxy } from './proxy.ts';
import { ask } from './request.ts';
import { portOf, SETTINGS, WITH_TOKEN } from './setup.ts';

// Proxies and servers are processes of their own, on a machine that may be busy.
setDefaultTimeout(120_000);
beforeAll(async () => void (await findPrograms()), DOWNLOAD_TIMEOUT_MS);
afterAll(async () => {
  await stopServers();
  await stopProxies();
});

const WRONG = { authorization: 'Bearer wrong-horse-battery' };

/** Two clients; the proxy connects to xgpt from 127.0.0.1. */
const GUESSER = '127.0.0.2';
const VISITOR = '127.0.0.3';

/** After so many, answers to an address are delayed, by more than this in all. */
const GUESSES = 7;
const DELAY_MS = 500;

describe.each(PROXIES)('F4: wrong tokens through %s', (name) => {
  let server: TestServer;
  let proxy: TestProxy;
  beforeAll(async () => {
    server = await startServer(undefined, SETTINGS);
    proxy = await startProxy(name, { tls: false, upstream: portOf(server) });
  });
  afterAll(async () => {
    await server.end('SIGTERM');
    await proxy.stop();
  });

  const guess = (from: string, headers: Record<string, string> = {}) =>
    ask(proxy, { path: '/api/jobs', from, headers: { ...WRONG, ...headers } });

  test('are counted for the client, whatever forwarded address it claims', async () => {
    await guess(GUESSER, { 'x-forwarded-for': VISITOR });
    await until('it is in the log', () => server.log().length > 0);
    expect(server.log().join('\n')).toContain(`refused. address="${GUESSER}"`);
    expect(server.log().join('\n')).not.toContain(VISITOR);
    expect(server.log().join('\n')).not.toContain('127.0.0.1"');
  });

  test('delay the guesser and no one else', async () => {
    const guesses = Array.from({ length: GUESSES }, () => guess(GUESSER));
    const began = performance.now();
    const { status } = await ask(proxy, { path: '/api/jobs', from: VISITOR, headers: WITH_TOKEN });
    expect(status).toBe(200);
    expect(performance.now() - began).toBeLessThan(DELAY_MS);
    for (const { status } of await Promise.all(guesses)) expect([401, 429]).toContain(status);
    expect(performance.now() - began).toBeGreaterThan(DELAY_MS);
  });
});
