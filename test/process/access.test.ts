import { afterAll, afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { sendRaw } from '../support/raw_request.ts';
import { endServers, freshDataDir, startServer, stopServers } from '../support/server.ts';
import { until } from '../support/wait.ts';

// Every server is a process of its own, on a machine that may be busy.
setDefaultTimeout(300_000);
const TOKEN = 'correct-horse-battery';
const WRONG = 'wrong-horse-battery';

afterEach(endServers);
afterAll(stopServers);

describe('a server with a token', () => {
  test('never logs it, right or wrong, at any level', async () => {
    const server = await startServer(undefined, { XGPT_TOKEN: TOKEN, XGPT_LOG_LEVEL: 'debug' });
    const ask = (path: string, init: RequestInit = {}) =>
      fetch(server.url + path, { redirect: 'manual', ...init });
    const signIn = (token: string) =>
      ask('/login', { method: 'POST', body: new URLSearchParams({ token }) });
    const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

    expect((await ask('/api/jobs')).status).toBe(401);
    expect((await ask('/api/jobs', bearer(WRONG))).status).toBe(401);
    expect((await signIn(WRONG)).status).toBe(401);
    expect((await ask('/api/jobs', bearer(TOKEN))).status).toBe(200);
    const answer = await signIn(TOKEN);
    expect(answer.status).toBe(303);
    const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    const page = await ask('/', { headers: { cookie, accept: 'text/html' } });
    expect(await page.text()).not.toContain(TOKEN);
    await ask('/logout', { method: 'POST', headers: { cookie } });
    expect((await ask('/', { headers: { cookie, accept: 'text/html' } })).status).toBe(303);
    await server.end('SIGTERM');

    const log = server.log().join('\n');
    expect(log).toContain('A wrong token was refused. address="127.0.0.1"');
    for (const secret of [TOKEN, WRONG, cookie.split('=')[1] ?? 'no cookie']) {
      expect(log).not.toContain(secret);
    }
  });

  test('counts wrong tokens per address, with a bearer token as in the form', async () => {
    const server = await startServer(undefined, { XGPT_TOKEN: TOKEN });
    await fetch(`${server.url}/api/jobs`, { headers: { authorization: `Bearer ${WRONG}` } });
    await until('it is in the log', () => server.log().length > 0);
    expect(server.log().join()).toContain('A wrong token was refused. address="127.0.0.1"');
  });

  test('does not let a path that looks public reach another route', async () => {
    const server = await startServer(undefined, { XGPT_TOKEN: TOKEN, XGPT_HOSTS: 'nas' });
    const ask = (path: string, host = 'localhost') =>
      sendRaw(Number(new URL(server.url).port), [
        `GET ${path} HTTP/1.1`,
        `Host: ${host}`,
        'Accept: application/json',
        'Connection: close',
      ]);
    for (const path of ['/api/jobs', '/nothing', '//login', '/login/', '/assets/../api/jobs']) {
      expect(await ask(path)).toStartWith('HTTP/1.1 401');
    }
    // What each reader of such a path makes of it differs; none may make it an answer.
    const tricks = [
      '/api/jobs/..\\..\\login',
      '/api/jobs/..\\..\\assets\\app.css/log',
      '/api/jobs/x/..\\..\\..\\healthz',
      '/assets/..\\api\\jobs',
      '/assets/..%2fapi%2fjobs',
      '/api/jobs#/login',
    ];
    for (const path of tricks) expect(await ask(path)).not.toMatch(/"jobs"|no such job/);
    expect(await ask('/assets/api/jobs', 'nas')).not.toContain('"jobs"');
    expect(await ask('/assets/app.css', 'nas')).toStartWith('HTTP/1.1 200');
    expect(await ask('/api/jobs', 'nas')).toStartWith('HTTP/1.1 401');
  });

  test('keeps browsers signed in over a restart', async () => {
    const dataDir = freshDataDir();
    const first = await startServer(dataDir, { XGPT_TOKEN: TOKEN });
    const body = new URLSearchParams({ token: TOKEN });
    const answer = await fetch(`${first.url}/login`, { method: 'POST', body, redirect: 'manual' });
    const headers = { cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '' };
    await first.end('SIGKILL');
    const second = await startServer(dataDir, { XGPT_TOKEN: TOKEN });
    expect((await fetch(`${second.url}/api/jobs`, { headers })).status).toBe(200);
    await second.end('SIGKILL');
    const third = await startServer(dataDir, { XGPT_TOKEN: `${TOKEN}-2` });
    expect((await fetch(`${third.url}/api/jobs`, { headers })).status).toBe(401);
  });
});

describe('at the start', () => {
  const failing = (env: Record<string, string>) =>
    startServer(undefined, env).then(
      () => 'it started',
      (error: Error) => error.message,
    );

  test('a server that other machines can reach needs a token, and the error names both settings', async () => {
    const said = await failing({ HOST: '0.0.0.0' });
    expect(said).toMatch(/HOST: .*unless XGPT_TOKEN is set.*\(is "0\.0\.0\.0"\)/);
    expect(await failing({ HOST: '0.0.0.0', XGPT_TOKEN: 'short-secret' })).not.toContain('short-s');
    const server = await startServer(undefined, { HOST: '0.0.0.0', XGPT_TOKEN: TOKEN });
    expect(server.url).toStartWith('http://0.0.0.0:');
  });

  test('an address of another machine is refused by name', async () => {
    const said = await failing({ HOST: '203.0.113.9', XGPT_TOKEN: TOKEN });
    expect(said).toContain('Cannot listen on 203.0.113.9');
    expect(said).toContain('Set HOST');
  });
});

test('files that a server writes are readable by their owner only', async () => {
  const dataDir = join(freshDataDir(), 'data');
  await startServer(dataDir);
  const modeOf = (...path: string[]) => (statSync(join(dataDir, ...path)).mode & 0o777).toString(8);
  expect([modeOf(), modeOf('imports')]).toEqual(['700', '700']);
  expect([modeOf('xgpt.sqlite'), modeOf('xgpt.sqlite-wal')]).toEqual(['600', '600']);
});
