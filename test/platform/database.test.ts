import { Database } from 'bun:sqlite';
import { afterEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseUnusable, migrate, openDatabase } from '../../src/platform/database.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-database-'));
  folders.push(folder);
  return folder;
}

const MIGRATIONS = join(import.meta.dir, '../../migrations');

const namesOf = (db: Database) =>
  db.query<{ name: string }, []>('SELECT name FROM migrations ORDER BY number').all();

describe('opening', () => {
  test('creates folder and file, in durable WAL mode, with foreign keys', () => {
    const path = join(tempFolder(), 'deep', 'down', 'xgpt.sqlite');
    const db = openDatabase(path);
    const pragma = (name: string) => Object.values(db.query(`PRAGMA ${name}`).get() ?? {})[0];
    expect(pragma('journal_mode')).toBe('wal');
    expect(pragma('synchronous')).toBe(2);
    expect(pragma('foreign_keys')).toBe(1);
    // Waiting for other processes is the writer's affair: SQLite's own waiting blocks everything.
    expect(pragma('busy_timeout')).toBe(0);
    db.close();
  });

  test('applies every migration once, in order', () => {
    const path = join(tempFolder(), 'xgpt.sqlite');
    openDatabase(path).close();
    const db = openDatabase(path);
    const files = migrationFiles(MIGRATIONS);
    expect(namesOf(db).map(({ name }) => `${name}.sql`)).toEqual(files);
    db.close();
  });

  test('refuses a file that a newer version wrote, and leaves it unchanged', () => {
    const path = join(tempFolder(), 'xgpt.sqlite');
    const db = openDatabase(path);
    db.run("INSERT INTO migrations VALUES (9999, '9999_add_teleport', 0)");
    const before = namesOf(db);
    db.close();
    expect(() => openDatabase(path)).toThrow(DatabaseUnusable);
    expect(() => openDatabase(path)).toThrow(/newer xgpt.*9999_add_teleport.*Update xgpt/);
    const untouched = new Database(path);
    expect(namesOf(untouched)).toEqual(before);
    untouched.close();
  });

  test('refuses a file that is not a database, and says what to do', async () => {
    const path = join(tempFolder(), 'xgpt.sqlite');
    await Bun.write(path, 'a shopping list, longer than the header of a database would be');
    expect(() => openDatabase(path)).toThrow(/Cannot use the database .*XGPT_DATA_DIR/);
  });
});

describe('a migration', () => {
  // Of two files with the same number, the second would never be applied.
  test.each([MIGRATIONS, join(MIGRATIONS, 'postgres')])(
    'has the number after that of the previous one: %s',
    (folder) => {
      const numbers = migrationFiles(folder).map((file) => Number.parseInt(file, 10));
      expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    },
  );

  test('that fails is undone, and the ones before it stay', async () => {
    const folder = tempFolder();
    await Bun.write(join(folder, '0001_good.sql'), 'CREATE TABLE good (x);');
    await Bun.write(
      join(folder, '0002_bad.sql'),
      'CREATE TABLE half (x); CREATE TABLE nonsense (;',
    );
    const db = new Database(':memory:');
    expect(() => migrate(db, folder)).toThrow();
    expect(namesOf(db)).toEqual([{ name: '0001_good' }]);
    expect(db.query("SELECT name FROM sqlite_master WHERE name = 'half'").all()).toEqual([]);

    await Bun.write(join(folder, '0002_bad.sql'), 'CREATE TABLE whole (x);');
    migrate(db, folder);
    expect(namesOf(db)).toHaveLength(2);
  });
});

test('databases in memory are alike at first, and independent', () => {
  const schema = 'SELECT type, name, sql FROM sqlite_schema ORDER BY type, name';
  const [first, second] = [openDatabase(':memory:'), openDatabase(':memory:')];
  expect(second.query(schema).all()).toEqual(first.query(schema).all());
  for (const pragma of ['foreign_keys', 'secure_delete', 'auto_vacuum', 'user_version']) {
    const sql = `PRAGMA ${pragma}`;
    expect(second.query(sql).all()).toEqual(first.query(sql).all());
  }
  second.run('CREATE TABLE own (name TEXT)');
  for (const other of [first, openDatabase(':memory:')]) {
    expect(other.query("SELECT name FROM sqlite_schema WHERE name = 'own'").all()).toEqual([]);
  }
});

/** Their names, in their order. */
function migrationFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort();
}
