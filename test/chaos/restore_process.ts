/**
 * What the restore chaos runs as processes of their own: `write` stores rows until it is killed, `read`
 * opens the database as a start does and prints its state.
 */
import { Database } from 'bun:sqlite';
import { backUp } from '../../src/app/backup.ts';
import { restoreBackup } from '../../src/app/restore.ts';
import { loadConfig } from '../../src/platform/config.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { writerOf } from '../../src/platform/writer.ts';

/** The rows of a database in order, as one text. */
export function stateOf(db: Database): string {
  const hash = new Bun.CryptoHasher('sha256');
  const rows = db.query<{ key: string; request: string }, []>(
    'SELECT key, request FROM idempotency_keys ORDER BY key',
  );
  let count = 0;
  for (const { key, request } of rows.iterate()) {
    hash.update(`${key}=${request}\n`);
    count++;
  }
  return `${count} ${hash.digest('hex')}`;
}

/** The state of a file that nobody uses, without changing anything beside it. */
export function stateOfFile(path: string): string {
  const db = new Database(path, { readonly: true });
  try {
    return stateOf(db);
  } finally {
    db.close();
  }
}

/** Stores rows of up to `bytes`; every tenth transaction removes some. Prints each number once it is on disk. */
async function write(path: string, name: string, bytes: number): Promise<never> {
  const db = openDatabase(path);
  const writer = writerOf(db);
  const insert = db.query('INSERT OR REPLACE INTO idempotency_keys VALUES (?, ?, ?, NULL, ?)');
  for (let number = 0; ; number++) {
    const key = `${name}-${number}`;
    const written = writer.write(() => {
      insert.run(key, 'x'.repeat(Math.random() * bytes), key, number);
      if (number % 10 === 9) {
        db.run(
          'DELETE FROM idempotency_keys WHERE key IN (SELECT key FROM idempotency_keys ORDER BY random() LIMIT 4)',
        );
      }
    });
    // On a busy machine, another writer may hold the lock for seconds.
    if (await written.then(() => true, isNotBusy)) process.stdout.write(`${key}\n`);
  }
}

/** @throws the error, unless the database was busy. */
function isNotBusy(error: { code?: string }): boolean {
  if (error.code?.startsWith('SQLITE_BUSY')) return false;
  throw error;
}

function read(path: string): void {
  const db = openDatabase(path);
  const [check] = db.query<{ integrity_check: string }, []>('PRAGMA integrity_check(1)').all();
  if (check?.integrity_check !== 'ok') throw new Error(`Damaged: ${check?.integrity_check}`);
  process.stdout.write(stateOf(db));
  db.close();
}

async function run([command, ...words]: string[]): Promise<void> {
  const config = loadConfig();
  const [first = '', second = ''] = words;
  if (command === 'write') await write(config.databasePath, first, Number(second));
  if (command === 'read') read(config.databasePath);
  if (command === 'backup') backUp(config, first, { force: true });
  if (command === 'restore') restoreBackup(config, first);
}

if (import.meta.main) {
  process.umask(0o077);
  await run(process.argv.slice(2)).catch((error: Error) => {
    process.stderr.write(`${error.name}: ${error.message}`);
    process.exit(1);
  });
}
