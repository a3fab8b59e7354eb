import { describe, expect, test } from 'bun:test';
import { readdirSync } from 'node:fs';
import {
  DatabaseFailed,
  DatabaseUnusable,
  databaseIssueOf,
} from '../../src/platform/database_issue.ts';
import { execute } from '../../src/platform/postgres/statements.ts';
import { fromStoredText, toStoredText } from '../../src/platform/postgres/stored_text.ts';
import { newDatabase, open, registerHooks } from './postgres_setup.ts';

registerHooks();

const FOLDER = new URL('../../migrations/postgres', import.meta.url).pathname;

const MIGRATIONS = readdirSync(FOLDER)
  .sort()
  .map((file, index) => ({ number: index + 1, name: file.replace('.sql', '') }));

describe('texts', () => {
  test.each([
    'plain',
    '',
    'a\0b',
    '\0',
    '\u{fdd0}',
    '\u{fdd0}0',
    '\u{fdd0}1\0\u{fdd0}',
    'übung 🎉',
  ])('%j is the same after it was stored', (text) => {
    expect(toStoredText(text)).not.toContain('\0');
    expect(fromStoredText(toStoredText(text))).toBe(text);
  });
});

describe('a PostgreSQL database', () => {
  test('is the one of its address, whatever PGDATABASE names', async () => {
    const address = await newDatabase();
    const { PGDATABASE } = process.env;
    process.env.PGDATABASE = 'template1';
    try {
      const row = await open(address).get('SELECT current_database() AS name');
      expect(row).toEqual({ name: new URL(address).pathname.slice(1) });
    } finally {
      if (PGDATABASE === undefined) delete process.env.PGDATABASE;
      else process.env.PGDATABASE = PGDATABASE;
    }
  });

  test.each([
    ['sslmode=require', 'Server does not support SSL.'],
    ['sslrootcert=/nowhere.pem', 'Unable to access caFile path.'],
    ['color=blue', 'unrecognized configuration parameter "color".'],
    ['idle_timeout=long', 'must be a non-negative integer'],
  ])('whose address has %s is refused with a sentence', async (parameter, reason) => {
    const address = await newDatabase();
    const { password, host, pathname } = new URL(address);
    const use = async () => open(`${address}?${parameter}`).get('SELECT 1');
    const error = (await use().catch((thrown: unknown) => thrown)) as Error;
    expect(error).toBeInstanceOf(DatabaseUnusable);
    expect(error.message).toStartWith(`Cannot use the database ${pathname.slice(1)} on ${host}. `);
    expect(error.message).toContain(reason);
    expect(error.message).toEndWith('. Correct its address, or the settings of the server.');
    expect(error.message).not.toContain(password);
  });

  test('gives values as they were stored: integers of all sizes are numbers', async () => {
    const postgres = open(await newDatabase());
    const row = await postgres.get(
      `SELECT $1::bigint AS large, $2::integer AS small, $3::double precision AS fraction,
              $4::text AS text, NULL AS nothing, count(*) AS count, sum(5::bigint) AS sum
       FROM unnest($5::text[])`,
      [Number.MAX_SAFE_INTEGER, 7, 1.5, 'a\0"b\u{fdd0}', ['x', null]],
    );
    expect(row).toEqual({
      large: Number.MAX_SAFE_INTEGER,
      small: 7,
      fraction: 1.5,
      text: 'a\0"b\u{fdd0}',
      nothing: null,
      count: 2,
      sum: 10,
    });
  });

  test('gives lists to statements as they are', async () => {
    const postgres = open(await newDatabase());
    const names = ['a', 'b"c', 'd,{}\\', 'NULL', '', 'n\0n', null];
    const rows = await postgres.all('SELECT name FROM unnest($1::text[]) AS names (name)', [names]);
    expect(rows).toEqual(names.map((name) => ({ name })));
  });

  test('is migrated before the first statement, once by all who open it together', async () => {
    const address = await newDatabase();
    const opened = Array.from({ length: 4 }, () => open(address));
    const counts = await Promise.all(
      opened.map((each) => each.get('SELECT count(*) AS jobs FROM jobs')),
    );
    expect(counts).toEqual(Array(4).fill({ jobs: 0 }));
    expect(await opened[0]?.all('SELECT number, name FROM xgpt_migrations')).toEqual(MIGRATIONS);
  });

  test('of another program is refused, and nothing in it is changed', async () => {
    const address = await newDatabase();
    await asAdminOf(address, 'CREATE TABLE customers (name text)');
    await expect(open(address).all('SELECT 1')).rejects.toThrow(
      /belongs to another program. Nothing in it was changed/,
    );
    expect(await tablesOf(address)).toEqual(['customers']);
  });

  test('of a newer xgpt is refused until it fits again', async () => {
    const address = await newDatabase();
    await open(address).whenReady();
    await asAdminOf(address, "INSERT INTO xgpt_migrations VALUES (9999, '9999_future', 0)");
    const postgres = open(address);
    await expect(postgres.whenReady()).rejects.toThrow(
      /was written by a newer xgpt \(it is at migration 9999_future; this program knows up to \d+\)/,
    );
    await asAdminOf(address, 'DELETE FROM xgpt_migrations WHERE number = 9999');
    await postgres.whenReady();
  });

  test('is idle when no statement is under way', async () => {
    const postgres = open(await newDatabase());
    const events: string[] = [];
    const read = postgres.all('SELECT pg_sleep(0.05)::text').then(() => events.push('read'));
    await postgres.idle();
    events.push('idle');
    await read;
    expect(events).toEqual(['read', 'idle']);
  });

  test('shows one moment in a snapshot', async () => {
    const postgres = open(await newDatabase());
    const counts = await postgres.snapshot(async (query) => {
      const before = await query.get('SELECT count(*) AS count FROM job_types');
      await asAdminOf(postgres.address, "INSERT INTO job_types (type) VALUES ('scrape')");
      return [before, await query.get('SELECT count(*) AS count FROM job_types')];
    });
    expect(counts).toEqual([{ count: 0 }, { count: 0 }]);
    expect(await postgres.get('SELECT count(*) AS count FROM job_types')).toEqual({ count: 1 });
  });

  test('sends notifications to those that listen', async () => {
    const postgres = open(await newDatabase());
    const other = open(postgres.address);
    const heard = Promise.withResolvers<string>();
    await other.listen('xgpt_test', heard.resolve);
    await postgres.notify('xgpt_test', 'hello');
    expect(await heard.promise).toBe('hello');
  });
});

describe('an error tells what to do, and no password:', () => {
  const failing = async (change: (address: URL) => void) => {
    const address = new URL(await newDatabase());
    const { password } = address;
    change(address);
    const error = await open(address.href)
      .all('SELECT 1')
      .then(String, (reason: unknown) => reason);
    expect(error).toBeInstanceOf(DatabaseFailed);
    expect(Bun.inspect(error)).not.toContain(password);
    return error as DatabaseFailed;
  };

  test('the server cannot be reached', async () => {
    const error = await failing((address) => {
      address.port = '1';
    });
    expect(error.message).toMatch(/cannot be reached\. Start the server, or check its address/);
    expect(databaseIssueOf(error)?.code).toBe('database_unreachable');
  });

  test('there is no such database', async () => {
    const error = await failing((address) => {
      address.pathname = '/xgpt_none';
    });
    expect(databaseIssueOf(error)?.code).toBe('database_missing');
  });

  test('the user is unknown', async () => {
    const error = await failing((address) => {
      address.username = 'nobody_of_that_name';
    });
    expect(databaseIssueOf(error)?.code).toBe('database_password');
  });

  test('a fault of the program is no issue of the database', async () => {
    const postgres = open(await newDatabase());
    const error = await postgres.all('SELECT nothing FROM nowhere').catch((reason) => reason);
    expect(error).not.toBeInstanceOf(DatabaseFailed);
    expect(databaseIssueOf(error)).toBeUndefined();
  });
});

/** Runs a statement in that database, outside of what is tested. */
async function asAdminOf<Row>(address: string, sql: string): Promise<Row[]> {
  const database = new Bun.SQL({ url: address, max: 1 });
  try {
    return (await execute<Row>(database, sql)).rows;
  } finally {
    await database.close();
  }
}

async function tablesOf(address: string): Promise<string[]> {
  const rows = await asAdminOf<{ name: string }>(
    address,
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
  );
  return rows.map(({ name }) => name);
}
