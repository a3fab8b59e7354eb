import type { Database } from 'bun:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { writerOf } from '../platform/writer.ts';

/** Pages of the index of words that one transaction writes after a deletion: up to 8 ms. */
const MERGED_PAGES = 50;

/** Up to this size the file is rewritten, which keeps everybody from writing for up to a second. */
const MAX_REWRITTEN_BYTES = 64 * 1024 * 1024;

/** How often each is tried while others read or write, and the pause between, in ms. */
const PATIENCE = { attempts: 50, pauseMs: 100 };

/** Where parts of what was deleted may still be. */
export type Remainder = 'log' | 'pages';

/**
 * Removes what deleted posts have left behind: their words in the index, which would slow down every search,
 * and the pages in SQLite's log of changes, which has them as they were. In the database file they are
 * overwritten already: `PRAGMA secure_delete` is on.
 * @returns whether the log is empty. It is not while another process reads for longer than 5 s; what it
 * contains is then overwritten by later changes.
 */
export async function eraseDeleted(db: Database, patience = PATIENCE): Promise<boolean> {
  await mergeWords(db);
  return isDone(() => emptyLog(db), patience);
}

/**
 * The same, and rewrites the file. When SQLite splits a page it leaves copies of rows in its unused part, of
 * about one in four hundred posts that were saved several times, which `secure_delete` does not reach.
 * @returns where parts of what was deleted may still be: in the log, and in the pages of a file of more than
 * 64 MB, or when others did not let it be rewritten for 5 s.
 */
export async function eraseTraces(
  db: Database,
  { maxBytes = MAX_REWRITTEN_BYTES, ...patience } = { ...PATIENCE, maxBytes: MAX_REWRITTEN_BYTES },
): Promise<Remainder[]> {
  await mergeWords(db);
  const isRewritten = sizeOf(db) <= maxBytes && (await isDone(() => rewrite(db), patience));
  const isEmptied = await isDone(() => emptyLog(db), patience);
  return [...(isEmptied ? [] : ['log' as const]), ...(isRewritten ? [] : ['pages' as const])];
}

async function isDone(attempt: () => boolean, { attempts, pauseMs }: typeof PATIENCE) {
  for (let left = attempts; !attempt(); left--) {
    if (left <= 1) return false;
    await pause(pauseMs);
  }
  return true;
}

/**
 * Removes deleted and former states of posts from the index of words, in many transactions: 3 s at a million posts
 * that were all indexed anew.
 * @throws the signal's reason when it is aborted.
 */
export async function mergeWords(db: Database, signal?: AbortSignal): Promise<void> {
  const merge = db.query<void, [number]>(
    "INSERT INTO post_words (post_words, rank) VALUES ('merge', ?)",
  );
  const changes = db.query<{ n: number }, []>('SELECT total_changes() AS n');
  const step = (pages: number) => {
    const before = changes.get()?.n ?? 0;
    merge.run(pages);
    return (changes.get()?.n ?? 0) - before;
  };
  // The first step chooses what is merged, the others go on. FTS5 changes a single row when it is done.
  let changed = await writerOf(db).write(() => step(-MERGED_PAGES));
  while (changed > 1) {
    signal?.throwIfAborted();
    changed = await writerOf(db).write(() => step(MERGED_PAGES));
  }
}

/** @returns false while somebody reads an earlier state or writes. */
function emptyLog(db: Database): boolean {
  return unlessBusy(
    () => db.query<{ busy: number }, []>('PRAGMA wal_checkpoint(TRUNCATE)').get()?.busy !== 1,
  );
}

function rewrite(db: Database): boolean {
  return unlessBusy(() => {
    db.run('VACUUM');
    return true;
  });
}

function sizeOf(db: Database): number {
  const sql = 'SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size';
  return db.query<{ bytes: number }, []>(sql).get()?.bytes ?? 0;
}

/** A statement of this connection that is being read is told as an error of no particular kind. */
function unlessBusy(run: () => boolean): boolean {
  try {
    return run();
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    const isBusy = /^SQLITE_(BUSY|LOCKED|FULL)/.test(String(code));
    if (isBusy || message.includes('in progress')) return false;
    throw error;
  }
}
