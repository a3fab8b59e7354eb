import { Database } from 'bun:sqlite';
import type { DatabaseProbe } from './database_probe.ts';
import { Health, type HealthOptions } from './health.ts';
import type { Postgres } from './postgres/client.ts';
import type { ProcessKind } from './process_registry.ts';
import { SqliteProbe } from './sqlite_probe.ts';

interface Options extends Omit<HealthOptions, 'database'> {
  db: Database | Postgres;
  kind: ProcessKind;
}

/** The health of a process of that kind over a database. Nothing is checked before `start` or `check`. */
export function createHealth(options: Options): Health {
  return new Health({ ...options, database: probeOf(options) });
}

function probeOf({ db, kind, clock, logger }: Options): DatabaseProbe {
  if (db instanceof Database) return new SqliteProbe({ db, kind, clock, logger });
  // Few programs need it.
  const { PostgresProbe }: typeof import('./postgres/probe.ts') = require('./postgres/probe.ts');
  return new PostgresProbe(db, kind, clock);
}
