import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnections, createManager, createSecretKey } from '../../src/connections/index.ts';
import { loadConfig } from '../../src/platform/config.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { withoutSecrets } from '../../src/sources/without_secrets.ts';
import { closeApps, NAVIGATION, setupApp } from '../support/app.ts';
import { createHarbour, type Harbour, type HarbourMood } from '../support/harbour_source.ts';

const folder = mkdtempSync(join(tmpdir(), 'xgpt-secrets-'));
afterAll(closeApps);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SECRETS = [
  'tide-4711-gull',
  'KEY-9f3c-paid-0042',
  'never-stored-0815',
  'TOKEN-of-a-session-77aa',
];
const [PASSWORD = '', KEY = '', REFUSED = '', TOKEN = ''] = SECRETS;
const FORMATS = [
  { accept: 'application/json' },
  { accept: 'text/plain' },
  NAVIGATION,
  { accept: '*/*' },
];
const MOODS: HarbourMood[] = ['well', 'refuses', 'is down', 'is broken', 'limits'];

/** The program over a database file. All that it says is collected. */
async function setup() {
  const said: string[] = [];
  let harbour: Harbour | undefined;
  const database = openDatabase(join(folder, 'xgpt.sqlite'));
  const web = await setupApp(
    {},
    {
      addSources(live) {
        harbour = createHarbour(live);
        return [harbour.source];
      },
      logger: createLogger('debug', (line) => said.push(line)),
    },
    database,
  );
  const ask = async (path: string, init: RequestInit = {}) => {
    for (const headers of FORMATS) {
      const response = await web.request(path, {
        ...init,
        headers: { ...headers, ...init.headers },
      });
      said.push(`${path} ${response.status}\n${await response.text()}`);
    }
  };
  return { web, said, ask, harbour: harbour as unknown as Harbour };
}

const form = (fields: Record<string, string>) => ({
  method: 'POST',
  body: new URLSearchParams(fields).toString(),
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
});
const json = (body: string) => ({
  method: 'POST',
  body,
  headers: { 'content-type': 'application/json' },
});

describe('credentials', () => {
  test('are in no page, answer, log, job or file, whatever fails', async () => {
    const { web, said, ask, harbour } = await setup();
    await web.tracker.start();
    for (const method of ['password', 'key']) {
      const fields = {
        method,
        ...(method === 'key' ? { key: KEY } : { name: 'ada', password: PASSWORD }),
      };
      for (const mood of MOODS) {
        harbour.mood = mood;
        harbour.limitedUntil = new Date(Date.now() + 60_000);
        await ask('/api/sources/harbour/credentials', form(fields as Record<string, string>));
        await web.connections.credentials.writeSession('harbour', { accessJwt: TOKEN }, 0);
        await ask('/api/sources/harbour/test', { method: 'POST' });
        for (const [type, input] of [
          ['scrape', { username: 'quay' }],
          ['search', { query: 'ships' }],
        ] as const) {
          const { id } = await web.tracker.enqueue(type, { ...input, source: 'harbour' });
          await Bun.sleep(30);
          await ask(`/api/jobs/${id}`);
          await ask(`/jobs/${id}`);
          await ask(`/api/jobs/${id}/log`);
          await web.tracker.cancelJob(id);
        }
        for (const path of ['/sources', '/api/sources', '/api/jobs', '/', '/jobs', '/healthz'])
          await ask(path);
      }
    }
    // Requests that are refused, with the secret in every place where one may end up by mistake.
    const address = '/api/sources/harbour/credentials';
    await ask(address, form({ method: REFUSED }));
    await ask(address, form({ method: 'key', [REFUSED]: 'x' }));
    await ask(address, form({ method: 'password', password: REFUSED }));
    await ask(address, json(`{"method":"key","key":${REFUSED}}`));
    await ask(address, json(`["${REFUSED}"]`));
    await ask(address, json(JSON.stringify({ method: 'key', key: { nested: REFUSED } })));
    await ask('/api/sources/nowhere/credentials', form({ key: REFUSED }));
    web.database.run("UPDATE source_credentials SET sealed = x'00'");
    await ask('/api/sources/harbour/test', { method: 'POST' });

    for (const name of readdirSync(folder)) said.push(readFileSync(join(folder, name), 'latin1'));
    expect(said.join('\n').length).toBeGreaterThan(100_000);
    for (const secret of SECRETS) {
      const leaks = said.filter((text) => text.includes(secret)).map((text) => text.slice(0, 300));
      expect(leaks).toEqual([]);
    }
  }, 120_000);

  test('are not in the errors of a source, their causes and stacks', async () => {
    const db = openDatabase(':memory:');
    const config = loadConfig({ XGPT_DATA_DIR: folder });
    const connections = createConnections({ db, secretKey: createSecretKey(config) });
    const harbour = createHarbour(connections);
    const source = withoutSecrets(harbour.source, connections.credentials);
    const manager = createManager(new Map([['harbour', source]]), connections);
    await manager.connect('harbour', { method: 'key', key: KEY });
    for (const mood of MOODS.slice(1)) {
      harbour.mood = mood;
      const { signal } = new AbortController();
      const pages = source.search?.({ terms: ['ships'], mode: 'latest', signal });
      const error = await Array.fromAsync(pages ?? []).catch((error) => error);
      expect(error).toBeInstanceOf(Error);
      expect(Bun.inspect(error)).not.toContain(KEY);
      if (mood !== 'limits') expect(error.message).toContain('[secret]');
    }
  });
});
