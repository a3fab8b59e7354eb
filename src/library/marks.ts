import type { Database } from 'bun:sqlite';
import { statement } from '../platform/statement.ts';
import type { Library, ListingMark } from './library.ts';

type MarkStore = Pick<Library, 'mark' | 'knownIds'> & { saveMarks(marks: ListingMark[]): void };

type Bindings = Record<string, string | number>;

// A run that began earlier and ends later does not move the mark back.
const SAVE = `
  INSERT INTO listing_marks (source, account, options, newest_at, newest_id, moved_at)
  VALUES ($source, $account, $options, $at, $id, $now)
  ON CONFLICT (source, account, options) DO UPDATE SET
    newest_at = excluded.newest_at, newest_id = excluded.newest_id, moved_at = excluded.moved_at
  WHERE excluded.newest_at >= newest_at`;

const FIND = `
  SELECT newest_at AS at, newest_id AS id FROM listing_marks
  WHERE source = $source AND account = $account AND options = $options`;

const KNOWS = `
  SELECT EXISTS (SELECT 1 FROM posts WHERE source = $source AND id = $id)
    OR EXISTS (SELECT 1 FROM post_versions WHERE source = $source AND id = $id) AS known`;

/** @param now the time in ms since 1970. */
export function createMarkStore(db: Database, now: () => number): MarkStore {
  const save = statement<void, Bindings>(db, SAVE);
  const find = statement<{ at: number; id: string }, Bindings>(db, FIND);
  const knows = statement<{ known: number }, Bindings>(db, KNOWS);
  return {
    saveMarks(marks) {
      for (const { source, account, options, newest } of marks) {
        save.run({ source, account, options, ...newest, now: now() });
      }
    },
    mark: ({ source, account, options }) => find.get({ source, account, options }) ?? undefined,
    knownIds: (source, ids) => new Set(ids.filter((id) => knows.get({ source, id })?.known === 1)),
  };
}
