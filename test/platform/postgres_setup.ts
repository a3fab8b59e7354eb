import { afterEach } from 'bun:test';
import { SQL } from 'bun';
import { Postgres } from '../../src/platform/postgres/client.ts';
import { SERVER } from '../support/postgres/databases.ts';

const closings: (() => Promise<unknown>)[] = [];

/** Every test file that imports from here calls it at its beginning. */
export function registerHooks(): void {
  afterEach(async () => {
    for (const close of closings.splice(0).toReversed()) await close();
  });
}

/** Runs statements as the server's superuser, outside of what is tested. */
export async function asAdmin<Result>(run: (sql: SQL) => Promise<Result>): Promise<Result> {
  const sql = new SQL({ url: SERVER, max: 1 });
  try {
    return await run(sql);
  } finally {
    await sql.close();
  }
}

/** The address of a new, empty database, which is dropped after the test. */
export async function newDatabase(): Promise<string> {
  const name = `xgpt_test_${Bun.randomUUIDv7().replaceAll('-', '')}`;
  await asAdmin((sql) => sql.unsafe(`CREATE DATABASE ${name}`));
  closings.push(() => asAdmin((sql) => sql.unsafe(`DROP DATABASE ${name} WITH (FORCE)`)));
  const address = new URL(SERVER);
  address.pathname = `/${name}`;
  return address.href;
}

/** Opens a database, which is closed after the test. */
export function open(address: string): Postgres {
  const postgres = new Postgres(address);
  closings.push(() => postgres.close());
  return postgres;
}
