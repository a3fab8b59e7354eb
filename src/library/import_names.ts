import type { Database } from 'bun:sqlite';
import { statement } from '../platform/statement.ts';
import { isReplica, sharedWriterOf } from '../platform/writer.ts';

/** Whether the folder still has the archive. It was removed, and posts of it are in the library. */
export type NameState = 'stored' | 'removed';

/** Which imports folder the name of an archive belongs to, when several machines share the database. */
export interface ImportNames {
  /**
   * Gives names to a folder, unless they are another's. On SQLite alone there is one folder, which has all names.
   * @param folder gives its id; called only when machines share the database.
   * @returns those among them that are the folder's.
   */
  claimImports(names: string[], folder: () => string): Promise<string[]>;
  /**
   * The names that other folders have; none on SQLite alone.
   * @param folder gives the id of this one, if it has any name.
   */
  importsElsewhere(folder: () => string | undefined): ReadonlyMap<string, NameState>;
}

interface NameRow {
  folder: string;
  removed: number;
}

const NONE: ReadonlyMap<string, NameState> = new Map();

export function createImportNames(db: Database): ImportNames {
  const find = findName(db);
  const add = statement<null, [string, string]>(
    db,
    `INSERT INTO import_names (name, folder) VALUES (?, ?)
     ON CONFLICT (name) DO UPDATE SET removed = 0 WHERE folder = excluded.folder AND removed = 1`,
  );
  const others = statement<{ name: string; removed: number }, [string]>(
    db,
    'SELECT name, removed FROM import_names WHERE folder <> ?',
  );
  return {
    async claimImports(names, folder) {
      if (!isReplica(db)) return names;
      const id = folder();
      const isOwn = (name: string) => {
        const row = find.get(name);
        return row?.folder === id && row.removed === 0;
      };
      if (names.every(isOwn)) return names;
      return sharedWriterOf(db).write(() => {
        for (const name of names) add.run(name, id);
        return names.filter(isOwn);
      });
    },
    importsElsewhere(folder) {
      if (!isReplica(db)) return NONE;
      const rows = others.all(folder() ?? '');
      return new Map(rows.map(({ name, removed }) => [name, removed ? 'removed' : 'stored']));
    },
  };
}

function findName(db: Database) {
  return statement<NameRow, [string]>(
    db,
    'SELECT folder, removed FROM import_names WHERE name = ?',
  );
}

/** What becomes of names, inside the transactions that forget and undo imports. */
export function createNameReleases(db: Database) {
  const find = findName(db);
  const free = statement<null, [string]>(db, 'DELETE FROM import_names WHERE name = ?');
  const freeRemoved = statement<null, [string]>(
    db,
    'DELETE FROM import_names WHERE name = ? AND removed = 1',
  );
  const markRemoved = statement<null, [string]>(
    db,
    'UPDATE import_names SET removed = 1 WHERE name = ?',
  );
  return {
    /** Whether the name belongs to another folder than that with the id. */
    isElsewhere(name: string, folder: string | undefined): boolean {
      const row = find.get(name) ?? undefined;
      return row !== undefined && row.folder !== folder;
    },
    /** The archive was removed. @param hasPosts whether posts of it are in the library */
    removed(name: string, hasPosts: boolean): void {
      if (hasPosts) markRemoved.run(name);
      else free.run(name);
    },
    /** No posts of it are in the library any more. */
    undone: (name: string) => void freeRemoved.run(name),
  };
}
