/**
 * What nodes without work ask of PostgreSQL: statements a second, of five nodes together and by statement.
 * `bun bench/cluster_idle.ts [seconds]` starts a server of its own, as the tests do.
 */
import { join } from 'node:path';
import { SQL } from 'bun';
import { startPostgres } from '../test/support/postgres/server.ts';

const NODES = 5;

/** Statements a second of all nodes together. */
const LIMIT = 10;

const SECONDS = Number(process.argv[2] ?? 60);

/** Nodes have done by then what they do once, in ms. */
const SETTLING_MS = 5_000;

const SHOWN = 100;

interface Row {
  calls: string;
  query: string;
}

const server = await startPostgres(undefined, { shared_preload_libraries: 'pg_stat_statements' });
const admin = new SQL({ url: server.address, max: 1 });
await admin.unsafe('CREATE EXTENSION pg_stat_statements');
await admin.unsafe('CREATE DATABASE idle');
const address = new URL(server.address);
address.pathname = '/idle';

const nodes: Bun.Subprocess[] = [];
for (let number = 0; number < NODES; number++) nodes.push(await startNode());
await Bun.sleep(SETTLING_MS);
await admin.unsafe('SELECT pg_stat_statements_reset()');
await Bun.sleep(SECONDS * 1_000);
const rows = await admin.unsafe<Row[]>(`
  SELECT sum(calls)::text AS calls, query FROM pg_stat_statements
  JOIN pg_database ON oid = dbid WHERE datname = 'idle' GROUP BY query ORDER BY sum(calls) DESC`);

for (const { calls, query } of rows)
  console.log(perSecond(Number(calls)), query.replace(/\s+/g, ' ').trim().slice(0, SHOWN));
const all = rows.reduce((sum, { calls }) => sum + Number(calls), 0);
console.log(perSecond(all), `statements a second of ${NODES} idle nodes; the limit is ${LIMIT}`);

for (const node of nodes) {
  node.disconnect();
  await node.exited;
}
await admin.close();
await server.stop();
process.exit(all / SECONDS > LIMIT ? 1 : 0);

async function startNode(): Promise<Bun.Subprocess> {
  const { promise, resolve, reject } = Promise.withResolvers<Bun.Subprocess>();
  const node = Bun.spawn(
    [process.execPath, join(import.meta.dir, 'cluster/idle_node.ts'), address.href],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      ipc: () => resolve(node),
      onExit: () => reject(new Error('A node has ended.')),
    },
  );
  return promise;
}

function perSecond(calls: number): string {
  return (calls / SECONDS).toFixed(2).padStart(7);
}
