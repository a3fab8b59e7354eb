import type { Database } from 'bun:sqlite';
import { statement } from '../platform/statement.ts';
import { sharedWriterOf } from '../platform/writer.ts';
import { eraseDeleted } from './erasing.ts';
import { createNameReleases } from './import_names.ts';
import type { KnownImport, UndoneImport } from './library.ts';

/** Import 0 stands for everything that collects posts and is no import. */
const ELSEWHERE = 0;

/** Posts that one transaction of an undo removes: 2 ms, 7 with vectors, on one busy core. */
const BATCH = 100;

/** Stored items, and those among them that were not known before. */
export interface SavedItems {
  keys: number[];
  fresh: ReadonlySet<number>;
}

/** Which import has brought which posts and profiles, so that an import can be undone. */
export interface Origins {
  /**
   * Records where items come from, inside the transaction that saves them.
   * @param name the import's; `undefined` for everything that is no import.
   */
  record(name: string | undefined, posts: SavedItems, profiles: SavedItems): void;
  /** Records why an import cannot be read; `undefined` that it can. */
  recordProblem(name: string, problem: string | undefined): void;
  imports(): KnownImport[];
  forgetImport(name: string, folder?: string): Promise<void>;
  undoImport(name: string, mayContinue: () => Promise<void>): Promise<UndoneImport>;
}

/** @param now the time in ms since 1970. */
export function createOrigins(db: Database, now: () => number): Origins {
  const imports = createImportRows(db, now);
  const names = createNameReleases(db);
  const posts = createItemOrigins(db, { origins: 'post_origins', items: 'posts' });
  const profiles = createItemOrigins(db, { origins: 'profile_origins', items: 'profiles' });

  function undoBatch(name: string): UndoneImport & { isDone: boolean } {
    const id = imports.idOf(name);
    if (id === undefined) {
      names.undone(name);
      return { name, removed: 0, stayed: 0, isDone: true };
    }
    const counts = posts.undo(id, BATCH);
    const isDone = counts.removed + counts.stayed < BATCH;
    if (isDone) {
      profiles.undo(id, BATCH);
      imports.forget(name);
      names.undone(name);
    }
    return { name, ...counts, isDone };
  }

  return {
    record(name, savedPosts, savedProfiles) {
      if (name === undefined && !imports.hasAny()) return;
      const id = name === undefined ? ELSEWHERE : imports.register(name);
      posts.record(id, savedPosts);
      profiles.record(id, savedProfiles);
    },
    recordProblem: imports.recordProblem,
    imports: imports.all,
    forgetImport: (name, folder) =>
      sharedWriterOf(db).write(() => {
        if (names.isElsewhere(name, folder)) return;
        imports.forget(name);
        names.removed(name, imports.idOf(name) !== undefined);
      }),
    async undoImport(name, mayContinue) {
      const undone = { name, removed: 0, stayed: 0 };
      for (;;) {
        await mayContinue();
        const batch = await sharedWriterOf(db).write(() => undoBatch(name));
        undone.removed += batch.removed;
        undone.stayed += batch.stayed;
        if (batch.isDone) break;
      }
      if (undone.removed > 0) await eraseDeleted(db);
      return undone;
    },
  };
}

interface ImportRow {
  name: string;
  posts: number;
  problem: string | null;
  imported_at: number;
}

function createImportRows(db: Database, now: () => number) {
  const any = statement<{ found: number }, []>(
    db,
    'SELECT EXISTS (SELECT 1 FROM imports) AS found',
  );
  const find = statement<{ id: number }, [string]>(db, 'SELECT id FROM imports WHERE name = ?');
  const add = statement<{ id: number }, [string, string | null, number]>(
    db,
    `INSERT INTO imports (name, problem, imported_at) VALUES (?, ?, ?)
    ON CONFLICT (name) DO UPDATE SET problem = excluded.problem RETURNING id`,
  );
  const list = statement<ImportRow, []>(
    db,
    'SELECT name, posts, problem, imported_at FROM imports ORDER BY imported_at DESC, id DESC',
  );
  const forget = statement<void, [string]>(db, 'DELETE FROM imports WHERE name = ? AND posts = 0');
  const solve = statement<void, [string]>(db, 'UPDATE imports SET problem = NULL WHERE name = ?');
  const register = (name: string, problem: string | null = null) =>
    (add.get(name, problem, now()) as { id: number }).id;
  return {
    hasAny: () => any.get()?.found === 1,
    idOf: (name: string) => find.get(name)?.id,
    register: (name: string) => register(name),
    recordProblem(name: string, problem: string | undefined): void {
      if (problem === undefined) solve.run(name);
      else register(name, problem);
    },
    /** One that has posts stays known: they can be removed by name. */
    forget(name: string): void {
      forget.run(name);
      solve.run(name);
    },
    all: (): KnownImport[] =>
      list.all().map(({ name, posts, problem, imported_at }) => ({
        name,
        posts,
        importedAt: new Date(imported_at),
        ...(problem !== null && { problem }),
      })),
  };
}

/** The origins of posts, or of profiles: both tables have the same columns. */
function createItemOrigins(db: Database, tables: { origins: string; items: string }) {
  const { origins, items } = tables;
  const known = `(SELECT 1 FROM ${origins} WHERE item_key = $key)`;
  const insert = `INSERT OR IGNORE INTO ${origins} (import_id, item_key)`;
  const add = statement<void, { id: number; key: number }>(db, `${insert} VALUES ($id, $key)`);
  const addElsewhereFirst = statement<void, { key: number }>(
    db,
    `${insert} SELECT ${ELSEWHERE}, $key WHERE NOT EXISTS ${known}`,
  );
  const addElsewhere = statement<void, { key: number }>(
    db,
    `${insert} SELECT ${ELSEWHERE}, $key WHERE EXISTS ${known}`,
  );
  const list = statement<{ item_key: number }, [number, number]>(
    db,
    `SELECT item_key FROM ${origins} WHERE import_id = ? LIMIT ?`,
  );
  const remove = statement<void, [number, number]>(
    db,
    `DELETE FROM ${origins} WHERE import_id = ? AND item_key = ?`,
  );
  const count = statement<{ imports: number; others: number }, { key: number }>(
    db,
    `SELECT count(*) AS others, coalesce(sum(import_id <> ${ELSEWHERE}), 0) AS imports
    FROM ${origins} WHERE item_key = $key`,
  );
  const removeItem = statement<void, [number]>(db, `DELETE FROM ${items} WHERE key = ?`);

  /** @returns whether the item is still there. */
  function undoOne(id: number, key: number): boolean {
    remove.run(id, key);
    const { others, imports } = count.get({ key }) as { others: number; imports: number };
    if (others === 0) removeItem.run(key);
    else if (imports === 0) remove.run(ELSEWHERE, key);
    return others > 0;
  }

  return {
    record(id: number, { keys, fresh }: SavedItems): void {
      for (const key of keys) {
        if (id === ELSEWHERE) addElsewhere.run({ key });
        else {
          if (!fresh.has(key)) addElsewhereFirst.run({ key });
          add.run({ id, key });
        }
      }
    },
    undo(id: number, limit: number): { removed: number; stayed: number } {
      const keys = list.all(id, limit).map(({ item_key }) => item_key);
      const stayed = keys.filter((key) => undoOne(id, key)).length;
      return { removed: keys.length - stayed, stayed };
    },
  };
}
