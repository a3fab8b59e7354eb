import { Database } from 'bun:sqlite';
import { afterEach, describe, expect, test } from 'bun:test';
import { copyFileSync, existsSync, mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../src/platform/database.ts';
import { walStateOf } from '../../src/platform/foreign_wal.ts';
import { writerOf } from '../../src/platform/writer.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-wal-'));
  folders.push(folder);
  return folder;
}

/** A database that is open, and what is on the disk if its process is killed now. */
function setup() {
  const path = join(tempFolder(), 'xgpt.sqlite');
  let db = openDatabase(path);
  let number = 0;
  const write = (bytes = 10) =>
    writerOf(db).write(() => {
      const key = `${number++}`;
      db.run('INSERT INTO idempotency_keys VALUES (?, ?, ?, NULL, 0)', [
        key,
        'x'.repeat(bytes),
        '',
      ]);
    });
  return {
    path,
    write,
    run: (sql: string) => db.run(sql),
    reopen() {
      db.close();
      db = openDatabase(path);
    },
    /** A copy of the files in a folder of its own, as a kill leaves them. */
    killed(): string {
      const copy = join(tempFolder(), 'xgpt.sqlite');
      for (const suffix of ['', '-wal']) copyFileSync(path + suffix, copy + suffix);
      return copy;
    },
  };
}

const keysIn = (path: string) => {
  const db = openDatabase(path);
  const rows = db.query<{ n: number }, []>('SELECT COUNT(*) AS n FROM idempotency_keys').get();
  db.close();
  return rows?.n;
};

describe('F1: the write-ahead log that a killed process leaves', () => {
  test('belongs to its database, whatever of it was brought into the file', async () => {
    const { write, run, killed, reopen } = setup();
    for (const bytes of [10, 5_000, 200_000]) {
      await write(bytes);
      expect(walStateOf(killed())).toBe('own');
      run('PRAGMA wal_checkpoint(PASSIVE)');
      expect(walStateOf(killed())).toBe('own');
      // The log begins anew, over the older one.
      for (let more = 0; more < 3; more++) await write();
      expect(walStateOf(killed())).toBe('own');
      run('PRAGMA wal_checkpoint(TRUNCATE)');
      expect(walStateOf(killed())).toBe('none');
      reopen();
    }
    const copy = killed();
    expect(keysIn(copy)).toBe(12);
  });

  test('belongs also when another program has written into it, and when tables were changed', async () => {
    const { path, write, run, killed } = setup();
    const other = new Database(path);
    for (let time = 0; time < 3; time++) {
      other.run(`CREATE TABLE notes_${time} (text TEXT)`);
      expect(walStateOf(killed())).toBe('own');
      await write();
      other.run(`INSERT INTO notes_${time} VALUES (?)`, ['x'.repeat(9_000)]);
      expect(walStateOf(killed())).toBe('own');
      run('PRAGMA wal_checkpoint(TRUNCATE)');
    }
    other.close();
  });

  test('of a version without stamps belongs, and the database opens', () => {
    const path = join(tempFolder(), 'xgpt.sqlite');
    const db = openDatabase(path);
    db.run('PRAGMA user_version = 0');
    db.run('PRAGMA wal_checkpoint(TRUNCATE)');
    const copy = join(tempFolder(), 'xgpt.sqlite');
    for (const sql of [
      "INSERT INTO idempotency_keys VALUES ('a', 'r', 's', NULL, 0)",
      `INSERT INTO idempotency_keys VALUES ('b', '${'x'.repeat(90_000)}', 's', NULL, 0)`,
    ]) {
      db.run(sql);
      for (const suffix of ['', '-wal']) copyFileSync(path + suffix, copy + suffix);
      expect(walStateOf(copy)).toBe('own');
    }
    expect(keysIn(copy)).toBe(2);
    db.close();
  });

  test('is replayed up to its last whole transaction', async () => {
    const { write, killed } = setup();
    await write();
    await write(50_000);
    const copy = killed();
    truncateSync(`${copy}-wal`, Bun.file(`${copy}-wal`).size - 5_000);
    expect(walStateOf(copy)).toBe('own');
    expect(keysIn(copy)).toBe(1);
  });
});

/** How a backup may have been made before the crash. */
const COPIES: Record<string, (world: ReturnType<typeof setup>, backup: string) => void> = {
  'copied after xgpt was stopped': ({ path, reopen }, backup) => {
    reopen();
    copyFileSync(path, backup);
    reopen();
  },
  'made by VACUUM INTO': ({ run }, backup) => void run(`VACUUM INTO '${backup}'`),
};

describe('F1: a backup that is copied over the database of a killed process', () => {
  for (const [how, make] of Object.entries(COPIES)) {
    for (const after of ['grew', 'shrank', 'changed little', 'had checkpoints'] as const) {
      test(`${how}, and the database ${after}: the start is refused and changes nothing`, async () => {
        const world = setup();
        for (let time = 0; time < 5; time++) await world.write(after === 'shrank' ? 90_000 : 50);
        const backup = join(tempFolder(), 'backup.sqlite');
        make(world, backup);
        if (after === 'shrank') {
          world.run('DELETE FROM idempotency_keys');
          world.run('PRAGMA incremental_vacuum');
        }
        await world.write(after === 'grew' ? 300_000 : 10);
        if (after === 'had checkpoints') world.run('PRAGMA wal_checkpoint(RESTART)');
        await world.write();
        const copy = world.killed();
        copyFileSync(backup, copy);
        expect(walStateOf(copy)).toBe('foreign');
        const before = await Bun.file(`${copy}-wal`).bytes();
        expect(() => openDatabase(copy)).toThrow(/was replaced.*xgpt restore/);
        expect(await Bun.file(copy).bytes()).toEqual(await Bun.file(backup).bytes());
        expect(await Bun.file(`${copy}-wal`).bytes()).toEqual(before);
      });
    }
  }

  test('is used when the log was removed as well', async () => {
    const { path, write, run, killed } = setup();
    await write();
    const backup = join(tempFolder(), 'backup.sqlite');
    run(`VACUUM INTO '${backup}'`);
    await write();
    const copy = killed();
    copyFileSync(backup, copy);
    rmSync(`${copy}-wal`);
    expect(keysIn(copy)).toBe(1);
    expect(existsSync(path)).toBe(true);
  });
});

test('F1: a database that is missing or empty beside its log is not begun anew', async () => {
  const { write, killed } = setup();
  await write();
  const copy = killed();
  for (const lose of [() => truncateSync(copy), () => rmSync(copy)]) {
    lose();
    expect(() => openDatabase(copy)).toThrow(/missing or empty.*xgpt restore/);
    expect(walStateOf(copy)).toBe('foreign');
  }
});
