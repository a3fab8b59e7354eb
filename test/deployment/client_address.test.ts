import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { TestServer } from '../support/server.ts';
import { until } from '../support/wait.ts';
import { PROXIES } from './documented.ts';
import { DOWNLOAD_TIMEOUT_MS, findPrograms } from './programs.ts';
import type { TestProxy } from './proxy.ts';
import { ask } from './request.ts';
import { proxyFor, serverFor, stopAll, WITH_TOKEN } from './setup.ts';

// Proxies and servers are processes of their own, on a machine that may be busy.
setDefaultTimeout(120_000);
beforeAll(async () => void (await findPrograms()), DOWNLOAD_TIMEOUT_MS);
afterAll(stopAll);

const WRONG = { authorization: 'Bearer wrong-horse-battery' };

/** After so many, answers to an address are delayed, by more than this in all. */
const WRONG_TOKENS = 7;
const DELAY_MS = 500;

describe.each(PROXIES)('F4: wrong tokens through %s', (name) => {
  // The proxy connects to xgpt from 127.0.0.1; each has two clients of its own.
  const net = 2 + PROXIES.indexOf(name);
  const GUESSER = `127.0.${net}.2`;
  const VISITOR = `127.0.${net}.3`;
  let server: TestServer;
  let proxy: TestProxy;
  beforeAll(async () => {
    server = await serverFor({ path: undefined });
    proxy = await proxyFor(name, { tls: false, path: undefined });
  });
  afterAll(() => proxy.stop());

  const guess = (from: string, headers: Record<string, string> = {}) =>
    ask(proxy, { path: '/api/jobs', from, headers: { ...WRONG, ...headers } });

  test('are counted for the client, whatever forwarded address it claims', async () => {
    await guess(GUESSER, { 'x-forwarded-for': VISITOR });
    await until('it is in the log', () => server.log().join('\n').includes(`"${GUESSER}"`));
    expect(server.log().join('\n')).not.toContain(VISITOR);
    expect(server.log().join('\n')).not.toContain('127.0.0.1"');
  });

  test('delay the guesser and no one else', async () => {
    const began = performance.now();
    let isOver = false;
    const answers = Promise.all(Array.from({ length: WRONG_TOKENS }, () => guess(GUESSER)));
    void answers.then(() => {
      isOver = true;
    });
    const { status } = await ask(proxy, { path: '/api/jobs', from: VISITOR, headers: WITH_TOKEN });
    expect(status).toBe(200);
    expect(isOver).toBe(false);
    for (const { status } of await answers) expect([401, 429]).toContain(status);
    expect(performance.now() - began).toBeGreaterThan(DELAY_MS);
  });
});
