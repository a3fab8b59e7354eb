import type { Database } from 'bun:sqlite';
import { statement } from '../../platform/statement.ts';
import { Codes } from './codes.ts';

interface Model {
  key: number;
  dimensions: number;
}

interface Removals {
  first: number | null;
  last: number | null;
}

/** What was read of one model's codes. */
interface Loaded {
  codes: Codes;
  /** The newest id and the newest number of a removal that were read. */
  lastId: number;
  lastRemoval: number;
  removed: number;
  /** Undoes what was read within a transaction, which may be rolled back. */
  undo: (() => void)[];
}

/** Below so many removed codes they are kept. */
const MIN_REMOVED = 10_000;

const ADDED = `
  SELECT id, post_key AS key, code FROM vector_codes WHERE id > ? AND model = ? ORDER BY id`;

function createStatements(db: Database) {
  return {
    modelOf: statement<Model, [string]>(
      db,
      'SELECT key, dimensions FROM vector_models WHERE name = ?',
    ),
    added: statement<{ id: number; key: number; code: Uint8Array }, [number, number]>(db, ADDED),
    removals: statement<Removals, []>(
      db,
      'SELECT min(number) AS first, max(number) AS last FROM vector_removals',
    ),
    removed: statement<{ number: number; id: number }, [number]>(
      db,
      'SELECT number, id FROM vector_removals WHERE number > ? ORDER BY number',
    ),
  };
}

/** Reads what was added and removed since the last time. */
function createReading({ added, removed }: ReturnType<typeof createStatements>) {
  function add(loaded: Loaded, model: Model): void {
    for (const { id, key, code } of added.iterate(loaded.lastId, model.key)) {
      loaded.codes.add(id, key, code);
      loaded.lastId = id;
    }
  }

  function remove(loaded: Loaded): void {
    for (const { number, id } of removed.iterate(loaded.lastRemoval)) {
      const key = loaded.codes.setKey(id, 0);
      loaded.lastRemoval = number;
      if (key === 0) continue;
      loaded.removed++;
      loaded.undo.push(() => loaded.codes.setKey(id, key));
    }
  }

  return { add, remove };
}

/**
 * Keeps the codes of models' vectors in memory. They are read when they are first asked for, and then
 * follow what this process and others commit.
 */
export function createFollowedCodes(db: Database) {
  const statements = createStatements(db);
  const { modelOf, removals } = statements;
  const { add, remove } = createReading(statements);
  const models = new Map<number, Loaded>();

  function load(model: Model): Loaded {
    const codes = new Codes(model.dimensions);
    const lastRemoval = removals.get()?.last ?? 0;
    const loaded = { codes, lastId: 0, lastRemoval, removed: 0, undo: [] };
    add(loaded, model);
    models.set(model.key, loaded);
    return loaded;
  }

  function follow(loaded: Loaded, model: Model): Loaded {
    for (const undo of loaded.undo.splice(0).reverse()) undo();
    const { first } = removals.get() ?? {};
    const hasMissed = (first ?? 0) > loaded.lastRemoval + 1;
    if (hasMissed || isMostlyRemoved(loaded)) return load(model);
    const { codes, lastId, lastRemoval, removed: before } = loaded;
    const { count } = codes;
    loaded.undo.push(() => {
      codes.count = count;
      Object.assign(loaded, { lastId, lastRemoval, removed: before });
    });
    remove(loaded);
    add(loaded, model);
    return loaded;
  }

  /**
   * The codes of a model's vectors as this connection sees them now; undefined when it has none. To be
   * called within a transaction.
   * @param isCommitted whether nothing is seen that may be rolled back.
   */
  return function codesOf(
    name: string,
    isCommitted: boolean,
  ): { codes: Codes; dimensions: number } | undefined {
    const model = modelOf.get(name);
    if (!model) return undefined;
    const known = models.get(model.key);
    const loaded = known ? follow(known, model) : load(model);
    if (isCommitted) loaded.undo = [];
    else if (!known || known !== loaded) models.delete(model.key);
    return { codes: loaded.codes, dimensions: model.dimensions };
  };
}

function isMostlyRemoved({ removed, codes }: Loaded): boolean {
  return removed > MIN_REMOVED && removed > codes.count / 2;
}
