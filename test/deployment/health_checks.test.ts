import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/wait.ts';
import { PROXIES } from './documented.ts';
import { DOWNLOAD_TIMEOUT_MS, findPrograms } from './programs.ts';
import { startProxy, type TestProxy } from './proxy.ts';
import { ask, exchange, parse } from './request.ts';
import { portOf, proxyFor, SETTINGS, stopAll } from './setup.ts';

// Proxies and servers are processes of their own, on a machine that may be busy.
setDefaultTimeout(120_000);
beforeAll(async () => void (await findPrograms()), DOWNLOAD_TIMEOUT_MS);
afterAll(stopAll);

const DOCUMENTED = /http-check send .*\n/;

interface Checked {
  /** `UP`, or `UP 1/2` and the like on the way to `DOWN`. */
  status: string;
  /** `L7OK`, `L7STS` for another status than 2xx or 3xx, `L4CON` without a connection. */
  check_status: string;
  check_code: string;
}

/** What HAProxy has found out about xgpt, once it has checked it with `wanted` as the result. */
function checkedBy(proxy: TestProxy, wanted: RegExp): Promise<Checked> {
  return until(`HAProxy reports ${wanted}`, async () => {
    const checked = await readChecked(join(proxy.folder, 'stats.sock'));
    return wanted.test(`${checked?.status} ${checked?.check_status}`) ? checked : undefined;
  });
}

async function readChecked(unix: string): Promise<Checked | undefined> {
  // HAProxy makes the socket a moment after it listens.
  if (!existsSync(unix)) return undefined;
  const text = await new Promise<string>((resolve, reject) => {
    let answer = '';
    Bun.connect({
      unix,
      socket: {
        open: (socket) => void socket.write('show stat\n'),
        data: (_, piece) => {
          answer += piece.toString();
        },
        close: () => resolve(answer),
      },
    }).catch(reject);
  });
  const [names = '', ...rows] = text.trim().split('\n');
  const row = rows.find((line) => line.startsWith('xgpt,xgpt,'))?.split(',');
  if (!row) return undefined;
  const fields = names.replace('# ', '').split(',');
  return Object.fromEntries(fields.map((name, i) => [name, row[i] ?? ''])) as unknown as Checked;
}

const quick = (file: string) => file.replace('inter 2s', 'inter 200ms');

async function haproxyFor(server: TestServer, edit = (file: string) => file) {
  return startProxy('HAProxy', {
    tls: false,
    upstream: portOf(server),
    edit: (file) => quick(edit(file)),
  });
}

describe('B1: a health check of HAProxy', () => {
  test('as documented: up while xgpt runs, down when it has ended, up again', async () => {
    const server = await startServer(undefined, SETTINGS);
    const env = { ...SETTINGS, PORT: String(portOf(server)) };
    const proxy = await haproxyFor(server);
    expect((await checkedBy(proxy, /^UP L7OK/)).check_code).toBe('200');
    await server.end('SIGTERM');
    await checkedBy(proxy, /^DOWN L4CON/);
    expect((await ask(proxy, { path: '/healthz' })).status).toBe(503);
    await startServer(server.dataDir, env);
    await checkedBy(proxy, /^UP L7OK/);
    expect((await ask(proxy, { path: '/healthz' })).status).toBe(200);
    await proxy.stop();
  });

  test('GET /healthz as HTTP/1.0 without a host name finds it up', async () => {
    const server = await startServer(undefined, SETTINGS);
    const proxy = await haproxyFor(server, (file) =>
      file.replace(DOCUMENTED, '\n').replace('option httpchk\n', 'option httpchk GET /healthz\n'),
    );
    expect((await checkedBy(proxy, /L7OK|L7STS/)).check_code).toBe('200');
    await proxy.stop();
    await server.end('SIGTERM');
  });

  test('its default, OPTIONS / as HTTP/1.0, is refused plainly, not by an error page', async () => {
    const server = await startServer(undefined, SETTINGS);
    const proxy = await haproxyFor(server, (file) => file.replace(DOCUMENTED, '\n'));
    const { check_code, status } = await checkedBy(proxy, /L7STS/);
    expect(check_code).toMatch(/^4\d\d$/);
    expect(status).toMatch(/^(DOWN|UP 1\/2)/);
    await proxy.stop();
    await server.end('SIGTERM');
  });
});

test.each(PROXIES)('B1: HTTP/1.0 without a host name through %s', async (name) => {
  const proxy = await proxyFor(name, { tls: false, path: undefined });
  const { status, text } = parse(await exchange(proxy, ['GET /healthz HTTP/1.0']));
  // nginx makes it a request of HTTP/1.1 without a host name, which Bun refuses with an empty 400.
  expect(status).toBe(name === 'nginx' ? 400 : 200);
  // Caddy answers a request that names none of its sites itself.
  expect(text).toBe(name === 'nginx' || name === 'Caddy' ? '' : '{"status":"ok"}');
  await proxy.stop();
});
