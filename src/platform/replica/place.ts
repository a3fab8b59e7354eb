import type { Database } from 'bun:sqlite';
import type { Query } from '../postgres/statements.ts';
import { statement } from '../statement.ts';
import { SEQUENCES } from './tables.ts';

/** A state of the replicated tables. */
export interface Place {
  /** How many transactions have written to them. */
  revision: number;
  /** Tells it from the same revision of another database, or of this one before it was restored. */
  stamp: string;
  /** The highest keys so far of tables whose keys are never used again. */
  sequences: Record<string, number>;
}

/** The state in PostgreSQL, as a replica sees it that has got to a place. */
export interface StoredPlace extends Place {
  /** Whether what has changed since that place is known. */
  isFollowable: boolean;
}

const READ = `
  SELECT revision, stamp, sequences,
         EXISTS (SELECT 1 FROM replica_changes WHERE revision = $1::bigint AND stamp = $2::text)
           AS is_followable
  FROM replica_state`;

/** @param from where the replica is; undefined while it is empty. */
export async function readPlace(db: Query, from: Place | undefined): Promise<StoredPlace> {
  const { revision = -1, stamp = '' } = from ?? {};
  const row = await db.get<
    Omit<Place, 'sequences'> & { sequences: string; is_followable: boolean }
  >(READ, [revision, stamp]);
  if (!row) throw new Error('The table replica_state is empty.');
  const { is_followable: isFollowable, sequences, ...place } = row;
  return { ...place, sequences: JSON.parse(sequences), isFollowable };
}

/** After this long without rows, in ms, the process that copied them is taken to have ended. */
const COPIER_TIMEOUT_MS = 10_000;

/** Where a replica is, kept in its own file. */
export class ReplicaPlace {
  readonly #read;
  readonly #move;
  readonly #sequences;
  readonly #raise;
  readonly #copying;
  readonly #copy;

  constructor(private readonly db: Database) {
    db.run(`CREATE TABLE IF NOT EXISTS replica_place (
      single INTEGER PRIMARY KEY CHECK (single = 1),
      revision INTEGER, -- NULL while all rows are being copied
      stamp TEXT NOT NULL, -- of the revision, or of who copies
      copied_at INTEGER -- when the last rows were copied, in ms since 1970
    ) STRICT`);
    this.#read = statement<Pick<Place, 'revision' | 'stamp'>, []>(
      db,
      'SELECT revision, stamp FROM replica_place WHERE revision IS NOT NULL',
    );
    this.#move = statement<null, [number, string]>(
      db,
      'INSERT OR REPLACE INTO replica_place VALUES (1, ?, ?, NULL)',
    );
    this.#sequences = statement<{ name: string; seq: number }, []>(
      db,
      `SELECT name, seq FROM sqlite_sequence WHERE name IN (${SEQUENCES.map((name) => `'${name}'`).join(', ')})`,
    );
    this.#raise = statement<null, [string, number]>(
      db,
      'UPDATE sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1',
    );
    this.#copying = statement<{ stamp: string; copied_at: number | null }, []>(
      db,
      'SELECT stamp, copied_at FROM replica_place WHERE revision IS NULL',
    );
    this.#copy = statement<null, [string, number]>(
      db,
      'INSERT OR REPLACE INTO replica_place VALUES (1, NULL, ?, ?)',
    );
  }

  /** Undefined until all rows have been copied. */
  read(): Place | undefined {
    const place = this.#read.get();
    return place ? { ...place, sequences: this.sequences() } : undefined;
  }

  sequences(): Record<string, number> {
    return Object.fromEntries(this.#sequences.all().map(({ name, seq }) => [name, seq]));
  }

  /** In the transaction that writes the rows of that place. */
  moveTo({ revision, stamp, sequences }: Place): void {
    this.#move.run(revision, stamp);
    for (const [name, last] of Object.entries(sequences)) {
      if (this.#raise.run(name, last).changes === 0)
        this.db.run('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)', [name, last]);
    }
  }

  /**
   * Its rows are to be copied by this process.
   * @returns false when another one copies them.
   */
  beginCopying(copier: string, now: number): boolean {
    const { copied_at: at = null } = this.#copying.get() ?? {};
    if (at !== null && Math.abs(now - at) < COPIER_TIMEOUT_MS) return false;
    this.#copy.run(copier, now);
    return true;
  }

  /** @returns false when another process has begun to copy all rows, or has copied them. */
  goesOnCopying(copier: string, now: number): boolean {
    if (this.#copying.get()?.stamp !== copier) return false;
    this.#copy.run(copier, now);
    return true;
  }
}
