import { SQL } from 'bun';
import { Postgres } from '../../../src/platform/postgres/client.ts';
import { HISTORY_ON_POSTGRES } from './history.ts';

export type Contents = 'empty' | 'with history';

export const TEMPLATES: Record<Contents, string> = {
  empty: 'xgpt_empty',
  'with history': 'xgpt_with_history',
};

/** Empties every table: to make a database takes five times as long. Large tables are given back to the disk. */
const EMPTYING = `
  CREATE FUNCTION empty_all_tables() RETURNS void LANGUAGE plpgsql AS $$
  DECLARE name text;
  BEGIN
    FOR name IN
      SELECT tablename FROM pg_tables
      WHERE schemaname = 'public' AND tablename NOT IN ('xgpt_migrations', 'job_feed', 'replica_state', 'replica_changes')
      ORDER BY tablename <> 'jobs'
    LOOP
      IF pg_relation_size(name::regclass) > 1000000 THEN EXECUTE format('TRUNCATE %I CASCADE', name);
      ELSE EXECUTE format('DELETE FROM %I', name);
      END IF;
    END LOOP;
    UPDATE job_feed SET id = left(md5(random()::text), 12), gone_xid = '0', gone_seq = 0;
  END $$;`;

/** Makes the databases that those of the tests are copied from. */
export async function prepareTemplates(server: string): Promise<void> {
  const { empty, 'with history': recording } = TEMPLATES;
  await runOn(server, `CREATE DATABASE ${empty}`);
  const postgres = new Postgres(addressOf(empty, server));
  await postgres.whenReady();
  await postgres.close();
  await runOn(addressOf(empty, server), EMPTYING);
  await runOn(server, `CREATE DATABASE ${recording} TEMPLATE ${empty}`);
  await runOn(addressOf(recording, server), HISTORY_ON_POSTGRES);
}

/** @param server the address of any of its databases. */
export function addressOf(name: string, server: string): string {
  const address = new URL(server);
  address.pathname = `/${name}`;
  return address.href;
}

export async function runOn(address: string, sql: string): Promise<void> {
  const connection = new SQL({ url: address, max: 1 });
  try {
    await connection.unsafe(sql);
  } finally {
    await connection.close();
  }
}
