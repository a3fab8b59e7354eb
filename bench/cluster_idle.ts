/**
 * What machines without work ask of PostgreSQL: statements a second, of two servers and three workers together,
 * and by statement. `bun bench/cluster_idle.ts [seconds]` starts a database server of its own, as the tests do.
 */
import { join } from 'node:path';
import { SQL } from 'bun';
import { startPostgres } from '../test/support/postgres/server.ts';
import { freshDataDir, startServer, stopServers } from '../test/support/server.ts';
import { until } from '../test/support/wait.ts';

const SERVERS = 2;
const WORKERS = 3;
const NODES = SERVERS + WORKERS;

/** Statements a second of all of them together. */
const LIMIT = 10;

const SECONDS = Number(process.argv[2] ?? 60);

/** They have done by then what they do once, in ms. */
const STARTING_MS = 10_000;

/** How much of a statement is printed, in characters. */
const SHOWN = 100;

const MAIN = join(import.meta.dir, '../src/main.ts');

const postgres = await startPostgres(undefined, { shared_preload_libraries: 'pg_stat_statements' });
const admin = new SQL({ url: postgres.address, max: 1 });
await admin.unsafe('CREATE EXTENSION pg_stat_statements');
await admin.unsafe('CREATE DATABASE idle');
const address = new URL(postgres.address);
address.pathname = '/idle';
const env = { XGPT_DATABASE_URL: address.href, XGPT_LOG_LEVEL: 'warn' };

const servers = Array.from({ length: SERVERS }, () => startServer(freshDataDir(), env));
const workers = Array.from({ length: WORKERS }, startWorker);
const [first] = await Promise.all(servers);
await until('all know each other', async () => {
  const listed = await first?.json<{ processes: unknown[] }>('/api/workers');
  return listed?.processes.length === NODES;
});
await Bun.sleep(STARTING_MS);
await admin.unsafe('SELECT pg_stat_statements_reset()');
await Bun.sleep(SECONDS * 1_000);
const rows = await admin.unsafe<{ calls: string; query: string }[]>(`
  SELECT sum(calls)::text AS calls, query FROM pg_stat_statements
  JOIN pg_database ON oid = dbid WHERE datname = 'idle' GROUP BY query ORDER BY sum(calls) DESC`);

for (const { calls, query } of rows)
  console.log(perSecond(Number(calls)), query.replace(/\s+/g, ' ').trim().slice(0, SHOWN));
const all = rows.reduce((sum, { calls }) => sum + Number(calls), 0);
console.log(perSecond(all), `statements a second of ${NODES} idle machines; the limit is ${LIMIT}`);

for (const worker of workers) {
  worker.kill();
  await worker.exited;
}
await stopServers();
await admin.close();
await postgres.stop();
process.exit(all / SECONDS > LIMIT ? 1 : 0);

function startWorker(): Bun.Subprocess {
  return Bun.spawn([process.execPath, MAIN, 'worker'], {
    env: { ...process.env, ...env, XGPT_DATA_DIR: freshDataDir() },
    stdout: 'ignore',
    stderr: 'inherit',
  });
}

function perSecond(calls: number): string {
  return (calls / SECONDS).toFixed(2).padStart(7);
}
