import type { Database } from 'bun:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
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
  /** The newest id, of whatever model, and the newest number of a removal that were read. */
  lastId: number;
  lastRemoval: number;
  removed: number;
  /** Undoes what was read within a transaction, which may be rolled back. */
  undo: (() => void)[];
}

/** Below so many removed codes they are kept. */
const MIN_REMOVED = 10_000;

/** How many codes are read in one turn of the event loop, when they are prepared: 1.5 ms. */
const SLICE = 2_000;

// Codes of other models are passed, too, so that none is passed twice.
const ADDED = `
  SELECT id, post_key AS key, CASE model WHEN $model THEN code END AS code
  FROM vector_codes WHERE id > $after ORDER BY id LIMIT $limit`;

const ALL = -1;

type Added = { id: number; key: number; code: Uint8Array | null };

function createStatements(db: Database) {
  return {
    modelOf: statement<Model, [string]>(
      db,
      'SELECT key, dimensions FROM vector_models WHERE name = ?',
    ),
    added: statement<Added, Record<string, number>>(db, ADDED),
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
function createReading({ added, removals, removed }: ReturnType<typeof createStatements>) {
  /** Before anything is read. */
  function none(model: Model): Loaded {
    const codes = new Codes(model.dimensions);
    return { codes, lastId: 0, lastRemoval: removals.get()?.last ?? 0, removed: 0, undo: [] };
  }

  /** Whether less is read when all are read anew. */
  function isOutdated(loaded: Loaded): boolean {
    const { first } = removals.get() ?? {};
    return (first ?? 0) > loaded.lastRemoval + 1 || isMostlyRemoved(loaded);
  }

  /** @returns how many were read, those of other models included: fewer than `limit` at the end. */
  function add(loaded: Loaded, model: Model, limit = ALL): number {
    let read = 0;
    for (const row of added.iterate({ model: model.key, after: loaded.lastId, limit })) {
      if (row.code) loaded.codes.add(row.id, row.key, row.code);
      loaded.lastId = row.id;
      read++;
    }
    return read;
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

  return { none, isOutdated, add, remove };
}

export interface FollowedCodes {
  /**
   * The codes of a model's vectors as this connection sees them now; undefined when it has none. To be
   * called within a transaction.
   * @param isCommitted whether nothing is seen that may be rolled back.
   */
  codesOf(
    name: string,
    isCommitted: boolean,
  ): { codes: Codes; size: number; dimensions: number } | undefined;
  /** Reads most of them in many turns of the event loop, so that `codesOf` has little left to read. */
  prepare(name: string): Promise<void>;
}

/**
 * Keeps the codes of models' vectors in memory. They are read when they are first asked for, and then
 * follow what this process and others commit.
 */
export function createFollowedCodes(db: Database): FollowedCodes {
  const statements = createStatements(db);
  const { modelOf } = statements;
  const reading = createReading(statements);
  const { none, isOutdated, add, remove } = reading;
  const models = new Map<number, Loaded>();

  function load(model: Model): Loaded {
    const loaded = none(model);
    add(loaded, model);
    models.set(model.key, loaded);
    return loaded;
  }

  function follow(loaded: Loaded, model: Model): Loaded {
    undo(loaded);
    if (isOutdated(loaded)) return load(model);
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

  return {
    codesOf(name, isCommitted) {
      const model = modelOf.get(name);
      if (!model) return undefined;
      const known = models.get(model.key);
      const loaded = known ? follow(known, model) : load(model);
      if (isCommitted) loaded.undo = [];
      else if (!known || known !== loaded) models.delete(model.key);
      const { codes, removed } = loaded;
      return { codes, size: codes.count - removed, dimensions: model.dimensions };
    },
    prepare: createPreparing(db, { modelOf: (name) => modelOf.get(name), ...reading }, models),
  };
}

type Reading = ReturnType<typeof createReading> & { modelOf(name: string): Model | null };

function createPreparing(db: Database, reading: Reading, models: Map<number, Loaded>) {
  const { modelOf, none, isOutdated, add } = reading;
  const preparing = new Map<string, Promise<void>>();

  async function readInSlices(name: string): Promise<void> {
    // What a transaction has written may be rolled back.
    while (db.inTransaction) await nextTurn();
    const model = modelOf(name);
    if (!model) return;
    const known = models.get(model.key);
    if (known) undo(known);
    const loaded = known && !isOutdated(known) ? known : none(model);
    while (db.inTransaction || add(loaded, model, SLICE) === SLICE) {
      await nextTurn();
      undo(loaded);
    }
    models.set(model.key, loaded);
  }

  return function prepare(name: string): Promise<void> {
    const begun = preparing.get(name);
    if (begun) return begun;
    const running = readInSlices(name).finally(() => preparing.delete(name));
    preparing.set(name, running);
    return running;
  };
}

function undo(loaded: Loaded): void {
  for (const step of loaded.undo.splice(0).reverse()) step();
}

function isMostlyRemoved({ removed, codes }: Loaded): boolean {
  return removed > MIN_REMOVED && removed > codes.count / 2;
}
