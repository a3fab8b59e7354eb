import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { closeSync, openSync, readdirSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { freshDataDir, startServer, stopServers, type TestServer } from '../support/server.ts';
import { until } from '../support/wait.ts';
import { type Cluster, found, newCluster, runOn } from './nodes.ts';

afterAll(stopServers);

const USER = 'aurora_lab';
const PAGE_BYTES = 4096;
const FIRST_PAGES = 8 * PAGE_BYTES;

const pathIn = (dataDir: string) => join(dataDir, 'replica.sqlite');

/** Writes over the file from this place on, as a failing disk does. */
function damage(dataDir: string, from = FIRST_PAGES, to = statSync(pathIn(dataDir)).size): void {
  const file = openSync(pathIn(dataDir), 'r+');
  writeSync(file, Buffer.alloc(to - from, 0x5a), 0, to - from, from);
  closeSync(file);
}

/** Writes over the first page of the table of posts, which no start reads. */
function damagePosts(dataDir: string): void {
  const db = new Database(pathIn(dataDir), { readonly: true });
  const sql = "SELECT rootpage FROM sqlite_master WHERE name = 'posts'";
  const { rootpage } = db.query<{ rootpage: number }, []>(sql).get() ?? { rootpage: 0 };
  db.close();
  damage(dataDir, (rootpage - 1) * PAGE_BYTES, rootpage * PAGE_BYTES);
}

const collect = async (server: TestServer, username: string) =>
  server.ended((await server.start('scrape', { username })).id);

const renewals = (server: TestServer) =>
  server.log().filter((line) => line.includes('could not be used. It is copied anew')).length;

describe('FEATURES 55: a replica that is damaged inside', () => {
  let cluster: Cluster;
  let dataDir: string;

  beforeAll(async () => {
    cluster = await newCluster();
    dataDir = freshDataDir();
    const server = await startServer(dataDir, cluster.env);
    await collect(server, USER);
    await server.end('SIGTERM');
  });

  test('is copied anew at the start that finds it so', async () => {
    damage(dataDir);
    // What it has missed is written into it at the start.
    const other = await startServer(freshDataDir(), cluster.env);
    await collect(other, 'mira_orbits');
    await other.end('SIGTERM');
    const server = await startServer(dataDir, cluster.env);
    await until('everything can be found', async () => (await found(server, 'q=')) > 100);
    expect((await server.json<{ status: string }>('/healthz')).status).toBe('ok');
    expect(renewals(server)).toBe(1);
    await server.end('SIGTERM');
  });

  test('while a process has it open is copied anew at the next start', async () => {
    const server = await startServer(dataDir, cluster.env);
    const all = await found(server, 'q=');
    damage(dataDir);
    await until('somebody meets it', async () => {
      await fetch(`${server.url}/api/find?q=telescope`);
      await fetch(`${server.url}/authors/sample/${USER}`);
      const { problems } = await server.json<{ problems: { code: string }[] }>('/healthz');
      return problems.some(({ code }) => code === 'replica_damaged');
    });
    const refused = await fetch(`${server.url}/find`);
    expect(await refused.text()).toContain('the first one copies it anew from PostgreSQL');
    await server.end('SIGTERM');
    const next = await startServer(dataDir, cluster.env);
    expect([await found(next, 'q='), renewals(next)]).toEqual([all, 1]);
    expect(readdirSync(dataDir)).not.toContain('replica.sqlite-damaged');
    await next.end('SIGTERM');
  });

  test('is copied anew by a command after one that was refused', async () => {
    damagePosts(dataDir);
    const env = { ...cluster.env, XGPT_DATA_DIR: dataDir };
    const [first, second] = [await runOn({ env }, 'posts'), await runOn({ env }, 'posts')];
    expect([first.code, second.code]).toEqual([5, 0]);
    expect(first.stderr).toContain(join(dataDir, 'replica.sqlite'));
    expect(first.stderr).toContain('the first one copies it anew from PostgreSQL');
    expect(second.stdout).toContain(`@${USER}`);
  });
});

describe('FEATURES 55: a machine without a data folder', () => {
  test.each([
    [['posts']],
    [['find', `from:${USER}`]],
    [['users']],
    [['jobs', 'list']],
    [['workers']],
    [['types']],
    [['imports']],
  ])('reads with xgpt %j what is in PostgreSQL', async (words) => {
    const cluster = await filled;
    const env = { ...cluster.env, XGPT_DATA_DIR: join(freshDataDir(), 'new') };
    const { code, stdout, stderr } = await runOn({ env }, ...words);
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('no data folder')]);
    if (words[0] !== 'imports') expect(stdout).not.toBe('');
  });
});

const filled = (async () => {
  const cluster = await newCluster();
  const server = await startServer(freshDataDir(), cluster.env);
  await collect(server, USER);
  await server.end('SIGTERM');
  return cluster;
})();
