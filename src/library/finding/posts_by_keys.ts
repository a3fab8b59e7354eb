import type { Database } from 'bun:sqlite';
import { statement } from '../../platform/statement.ts';
import { type ReadPostRow, withNames } from '../post_row.ts';

const BY_KEYS = `${withNames(`(
    SELECT posts.*, given.key AS place
    FROM json_each($keys) AS given CROSS JOIN posts ON posts.key = given.value
  )`)} ORDER BY posts.place`;

/** @returns a function that reads posts in the order of their keys; those that are no more are left out. */
export function createPostsByKeys(db: Database): (keys: number[]) => ReadPostRow[] {
  const select = statement<ReadPostRow, { keys: string }>(db, BY_KEYS);
  return (keys) => (keys.length === 0 ? [] : select.all({ keys: JSON.stringify(keys) }));
}
