import type { Database } from 'bun:sqlite';
import { createDerived } from '../../../src/library/derived.ts';
import { createLibrary, type Library } from '../../../src/library/index.ts';
import { openDatabase } from '../../../src/platform/database.ts';
import type { Postgres } from '../../../src/platform/postgres/client.ts';
import { Replica } from '../../../src/platform/replica/replica.ts';
import { tablesOf } from '../../../src/platform/replica/tables.ts';
import { replicate, sharedWriterOf } from '../../../src/platform/writer.ts';
import { open } from '../../platform/postgres_setup.ts';

const NOW = 1_800_000_000_000;

/** A library, and what it is kept in. */
export interface Kept {
  db: Database;
  library: Library;
}

export interface Node extends Kept {
  replica: Replica;
  postgres: Postgres;
}

/** A library on SQLite alone. */
export function alone(): Kept {
  const db = openDatabase(':memory:');
  return { db, library: createLibrary(db, () => NOW) };
}

/** A library as another machine on this PostgreSQL database has it. @param path of its replica */
export function node(address: string, path = ':memory:'): Node {
  const db = openDatabase(path);
  const postgres = open(address);
  const replica = new Replica({ db, postgres, derived: createDerived(db) });
  replicate(db, replica);
  return { db, library: createLibrary(db, () => NOW), replica, postgres };
}

type Data = Parameters<Library['save']>[0];

/** What a job's commit does. @param given the data, or what makes it of what is stored at that moment */
export function save({ db, library }: Kept, given: Data | (() => Data)) {
  return sharedWriterOf(db).write(() => library.save(given instanceof Function ? given() : given));
}

/** The words that the generated posts and profiles are made of. */
export const WORDS = ['harbour', 'lighthouse', 'gulls', 'tide', 'lantern', 'nets'];

/** All rows of all replicated tables, and what is derived from them. */
export function contentsOf({ db }: Kept): Record<string, unknown[]> {
  const contents: Record<string, unknown[]> = {};
  for (const { name, key } of tablesOf(db).values()) {
    const order = key.map((column) => column.name).join(', ');
    contents[name] = db.query(`SELECT * FROM ${name} ORDER BY ${order}`).all();
  }
  for (const word of WORDS) {
    contents[`posts with ${word}`] = db
      .query('SELECT rowid FROM post_words WHERE post_words MATCH ? ORDER BY rowid')
      .all(word);
  }
  contents['codes of vectors'] = db
    .query(
      `SELECT codes.id, post_key, name, code FROM vector_codes AS codes
       JOIN vector_models AS models ON models.key = model ORDER BY codes.id`,
    )
    .all();
  contents['how words are indexed'] = db
    .query('SELECT version FROM word_index WHERE EXISTS (SELECT 1 FROM posts)')
    .all();
  contents['next keys'] = db
    .query(
      "SELECT name, seq FROM sqlite_sequence WHERE name IN ('vectors', 'saved_finds') ORDER BY name",
    )
    .all();
  return contents;
}
