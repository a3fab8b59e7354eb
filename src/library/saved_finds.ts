import type { Database } from 'bun:sqlite';
import { type RecordChange, recordNothing, type Settings } from '../jobs/index.ts';
import { statement } from '../platform/statement.ts';
import { sharedWriterOf } from '../platform/writer.ts';
import { quoted } from '../text/isolated.ts';

/** How many finds can be saved: all of them are listed, each with the number of its new posts. */
export const MAX_SAVED_FINDS = 100;

/** The fields of a find as they were typed, by name; `q` is the query. Not necessarily valid any more. */
export type SavedQuery = { q: string } & Record<string, unknown>;

export interface SavedFind {
  id: number;
  name: string;
  query: SavedQuery;
  createdAt: Date;
  /** When it was last opened or saved. */
  openedAt: Date;
  /** The key of the newest post at that time: later ones have higher keys. */
  seenKey: number;
}

/** Finds that are kept under a name. Names that differ in case or invisible characters only are the same. */
export interface SavedFinds {
  /** By name. */
  list(): SavedFind[];
  read(id: number): SavedFind | undefined;
  named(name: string): SavedFind | undefined;
  /**
   * Saves a find that counts as opened now. With `replaces` it takes the place of one with the same name,
   * whose id and time of creation stay. The same find once more changes nothing.
   * @throws FindNameTaken, TooManySavedFinds
   */
  save(
    find: Pick<SavedFind, 'name' | 'query'>,
    replaces: boolean,
    record?: RecordChange,
  ): Promise<SaveOutcome>;
  /** Marks it as opened now. Returns it as it was before; `undefined` when there is no such find. */
  open(id: number): Promise<SavedFind | undefined>;
  /**
   * Gives it another name; what counts as new stays. Returns it; `undefined` when there is no such find.
   * @throws FindNameTaken
   */
  rename(id: number, name: string, record?: RecordChange): Promise<SavedFind | undefined>;
  /** Returns what was removed. */
  remove(id: number, record?: RecordChange): Promise<SavedFind | undefined>;
}

export interface SaveOutcome {
  find: SavedFind;
  isNew: boolean;
}

/** Another find has the name. */
export class FindNameTaken extends Error {
  override readonly name = 'FindNameTaken';
  constructor(readonly find: SavedFind) {
    super(`There is already a saved find ${quoted(find.name)}.`);
  }
}

export class TooManySavedFinds extends Error {
  override readonly name = 'TooManySavedFinds';
}

interface FindRow {
  id: number;
  name: string;
  q: string;
  options: string;
  created_at: number;
  opened_at: number;
  seen_key: number;
}

type Bindings = Record<string, string | number>;

const COLUMNS = 'id, name, q, options, created_at, opened_at, seen_key';
const NEWEST_KEY = '(SELECT coalesce(max(key), 0) FROM posts)';

const INSERT = `
  INSERT INTO saved_finds (name, name_key, q, options, created_at, opened_at, seen_key)
  VALUES ($name, $name_key, $q, $options, $now, $now, ${NEWEST_KEY}) RETURNING ${COLUMNS}`;

const REPLACE = `
  UPDATE saved_finds
  SET name = $name, q = $q, options = $options, opened_at = $now, seen_key = ${NEWEST_KEY}
  WHERE name_key = $name_key RETURNING ${COLUMNS}`;

const OPEN = `
  UPDATE saved_finds SET opened_at = $now, seen_key = ${NEWEST_KEY} WHERE id = $id`;

const RENAME = 'UPDATE saved_finds SET name = $name, name_key = $name_key WHERE id = $id';

/** @param now the time in ms since 1970. */
export function createSavedFinds(db: Database, now: () => number): SavedFinds {
  const { all, byId, byKey, count, insert, replace, open, rename, remove } = statements(db);
  const found = (row: FindRow | null) => (row ? toFind(row) : undefined);
  const read = (id: number) => found(byId.get({ id }));
  const named = (name: string) => found(byKey.get({ name_key: keyOf(name) }));

  function save(
    { name, query }: Pick<SavedFind, 'name' | 'query'>,
    replaces: boolean,
    record: RecordChange,
  ) {
    const known = named(name);
    if (known && !replaces) {
      if (Bun.deepEquals(known.query, query)) return { find: known, isNew: false };
      throw new FindNameTaken(known);
    }
    if (!known && (count.get()?.n ?? 0) >= MAX_SAVED_FINDS) throw tooMany();
    const { q, ...options } = query;
    const row = { name, name_key: keyOf(name), q, options: JSON.stringify(options), now: now() };
    const saved = (known ? replace : insert).get(row) as FindRow;
    const before = known && { before: settingsOf(known) };
    record(known ? 'change' : 'add', { ...entryOf(name), ...before, after: settingsOf({ query }) });
    return { find: toFind(saved), isNew: !known };
  }

  return {
    list: () => all.all({}).map(toFind).sort(byName),
    read,
    named,
    save: (find, replaces, record = recordNothing) =>
      sharedWriterOf(db).write(() => save(find, replaces, record)),
    open: (id) =>
      sharedWriterOf(db).write(() => {
        const before = read(id);
        if (before) open.run({ id, now: now() });
        return before;
      }),
    rename: (id, name, record = recordNothing) =>
      sharedWriterOf(db).write(() => {
        const before = read(id);
        if (!before) return undefined;
        const known = named(name);
        if (known && known.id !== id) throw new FindNameTaken(known);
        rename.run({ id, name, name_key: keyOf(name) });
        const names = { before: { name: before.name }, after: { name } };
        record('change', { ...entryOf(before.name), ...names });
        return read(id);
      }),
    remove: (id, record = recordNothing) =>
      sharedWriterOf(db).write(() => {
        const removed = read(id);
        if (!removed) return undefined;
        remove.run({ id });
        record('remove', { ...entryOf(removed.name), before: settingsOf(removed) });
        return removed;
      }),
  };
}

function statements(db: Database) {
  const select = (rest: string) =>
    statement<FindRow, Bindings>(db, `SELECT ${COLUMNS} FROM saved_finds ${rest}`);
  return {
    all: select(''),
    byId: select('WHERE id = $id'),
    byKey: select('WHERE name_key = $name_key'),
    count: statement<{ n: number }, []>(db, 'SELECT count(*) AS n FROM saved_finds'),
    insert: statement<FindRow, Bindings>(db, INSERT),
    replace: statement<FindRow, Bindings>(db, REPLACE),
    open: statement<void, Bindings>(db, OPEN),
    rename: statement<void, Bindings>(db, RENAME),
    remove: statement<void, Bindings>(db, 'DELETE FROM saved_finds WHERE id = $id'),
  };
}

/** Its name in the audit trail. */
function entryOf(name: string) {
  return { kind: 'find', target: `find ${quoted(name)}` } as const;
}

function settingsOf({ query }: Pick<SavedFind, 'query'>): Settings {
  return Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)]));
}

function byName(one: SavedFind, other: SavedFind): number {
  return one.name.localeCompare(other.name, 'en');
}

function tooMany(): TooManySavedFinds {
  return new TooManySavedFinds(
    `There are already ${MAX_SAVED_FINDS} saved finds, which is the maximum. Remove one first.`,
  );
}

function keyOf(name: string): string {
  return name
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .toLowerCase();
}

function toFind({ q, options, created_at, opened_at, seen_key, ...row }: FindRow): SavedFind {
  return {
    ...row,
    query: { q, ...JSON.parse(options) },
    createdAt: new Date(created_at),
    openedAt: new Date(opened_at),
    seenKey: seen_key,
  };
}
