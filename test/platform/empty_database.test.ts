import { Database } from 'bun:sqlite';
import { afterEach, expect, test } from 'bun:test';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, newestApplied, openDatabase } from '../../src/platform/database.ts';
import { beginDatabasesAs, emptyDatabaseOf } from '../../src/platform/empty_database.ts';

const folder = mkdtempSync(join(tmpdir(), 'xgpt-empty-'));
const template = join(folder, 'empty.sqlite');

afterEach(() => {
  beginDatabasesAs(undefined);
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
});

function writeTemplate(db: Database): void {
  writeFileSync(template, emptyDatabaseOf(db));
  beginDatabasesAs(template);
}

/** Differ from database to database. */
const OWN = ['migrations', 'job_feed'];

/** All that a database holds and is set to, but for when it was made. */
function contents(db: Database): unknown {
  const pragma = (name: string) => db.query<object, []>(`PRAGMA ${name}`).get();
  const tables = db
    .query<{ name: string; sql: string | null; type: string }, []>(
      'SELECT type, name, sql FROM sqlite_master ORDER BY type, name',
    )
    .all();
  const feed = db.query<{ id: string }, []>('SELECT id FROM job_feed').get();
  const rows = tables
    .filter(({ type, name, sql }) => type === 'table' && sql !== null && !OWN.includes(name))
    .map(({ name }) => [name, db.query(`SELECT * FROM "${name}"`).all()]);
  const names = ['auto_vacuum', 'application_id', 'journal_mode', 'encoding', 'page_size'];
  return {
    tables,
    rows,
    hasFeed: /^[0-9a-f]{12}$/.test(feed?.id ?? ''),
    settings: names.map(pragma),
    newest: newestApplied(db),
  };
}

function opened(name: string): Database {
  return openDatabase(join(folder, name));
}

test('a database that begins as a copy is as one that all migrations made', () => {
  using made = opened('made.sqlite');
  writeTemplate(openDatabase(':memory:'));
  using begun = opened('begun.sqlite');
  expect(contents(begun)).toEqual(contents(made));
  expect(readdirSync(folder).some((name) => name.endsWith('.new'))).toBe(false);
});

test('two that begin so have stamps and feeds of their own', () => {
  writeTemplate(openDatabase(':memory:'));
  const ownOf = (db: Database) => [
    db.query('PRAGMA user_version').get(),
    db.query('SELECT id FROM job_feed').get(),
  ];
  using one = opened('one.sqlite');
  using other = opened('other.sqlite');
  for (const [i, own] of ownOf(one).entries()) expect(own).not.toEqual(ownOf(other)[i]);
});

test('what an older copy lacks is migrated', () => {
  const old = new Database(':memory:');
  old.run('PRAGMA auto_vacuum = INCREMENTAL');
  migrate(old, undefined, 32);
  writeTemplate(old);
  using begun = opened('begun.sqlite');
  beginDatabasesAs(undefined);
  using made = opened('made.sqlite');
  expect(contents(begun)).toEqual(contents(made));
});

test('without the copy it is made by the migrations, and what is there already is kept', () => {
  beginDatabasesAs(join(folder, 'nowhere.sqlite'));
  const made = opened('made.sqlite');
  expect(newestApplied(made).number).toBeGreaterThan(30);
  writeTemplate(openDatabase(':memory:'));
  made.run('UPDATE job_feed SET revision = 7');
  made.close();
  using again = opened('made.sqlite');
  expect(again.query('SELECT revision FROM job_feed').get()).toEqual({ revision: 7 });
});

test('a log whose database is missing is still refused', () => {
  writeTemplate(openDatabase(':memory:'));
  using db = opened('lost.sqlite');
  db.run('CREATE TABLE some (n)');
  copyFileSync(join(folder, 'lost.sqlite-wal'), join(folder, 'found.sqlite-wal'));
  expect(() => opened('found.sqlite')).toThrow('is missing or empty');
  expect(existsSync(join(folder, 'found.sqlite'))).toBe(false);
});
