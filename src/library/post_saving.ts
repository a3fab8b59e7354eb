import type { Database } from 'bun:sqlite';
import { statement } from '../platform/statement.ts';
import type { Post, PostVersion } from '../sources/post.ts';
import { createAuthorNames } from './author_names.ts';
import { isCutOf } from './completeness.ts';
import { createIndexing, INDEXED_COLUMNS, type UnindexedRows } from './finding/word_index.ts';
import type { SavedItems } from './origins.ts';
import { type NewRow, toRow } from './post_row.ts';
import { createPostVersions, type EarlierVersions } from './post_versions.ts';
import { createPostWriting, type KnownRow } from './post_writing.ts';

type Bindings = Record<string, string | number | null>;

const FIND = `
  SELECT key, as_of, ${INDEXED_COLUMNS.join(', ')} FROM posts
  WHERE source = $source AND id = $id`;

const NOTHING_EARLIER: EarlierVersions = { versions: [], removed: [] };

interface Saved {
  key: number;
  isNew: boolean;
  /** The keys of posts that were removed, because they are earlier versions of this one. */
  replaced: number[];
}

/** Sources whose posts keep their id when their authors edit them. */
const EDITED_IN_PLACE = new Set(['bluesky']);

/** How a post is saved. Runs inside the caller's transaction. */
export function createPostSaving(db: Database) {
  const find = statement<KnownRow, Bindings>(db, FIND);
  const versions = createPostVersions(db);
  const write = createPostWriting(db);
  const authorNames = createAuthorNames(db);
  const index = createIndexing(db);

  function takeEarlier(post: Post, isStored: boolean, unindexed: UnindexedRows): EarlierVersions {
    const earlier = versions.takeEarlier(post, isStored);
    for (const removed of earlier.removed) unindexed.delete(removed);
    return earlier;
  }

  function saveEarlier(post: Post, latest: number, unindexed: UnindexedRows): Saved {
    const { source, id, text, createdAt } = post;
    const earlier = takeEarlier(post, true, unindexed);
    versions.add(latest, source, [...earlier.versions, { id, text, createdAt }], '');
    return { key: latest, isNew: false, replaced: earlier.removed };
  }

  function save(post: Post, now: number, unindexed: UnindexedRows): Saved {
    const { source, id } = post;
    const stored = find.get({ source, id });
    const latest = stored ? undefined : versions.latestOf(post);
    if (latest !== undefined) return saveEarlier(post, latest, unindexed);
    const isEdited = post.edits !== undefined && post.edits.length > 0;
    const earlier = isEdited ? takeEarlier(post, stored !== null, unindexed) : NOTHING_EARLIER;
    const known = stored ?? (isEdited ? find.get({ source, id }) : null);
    const row = toRow(post, now);
    authorNames.apply(row, known);
    const key = write(row, known, unindexed);
    const history = [...earlier.versions, ...editInPlace(row, known)];
    if (history.length > 0) versions.add(key, source, history, id);
    return { key, isNew: !known, replaced: earlier.removed };
  }

  return {
    /** Saves posts, the later of two with one id last. An edit of a stored post is not a fresh one. */
    savePosts(posts: readonly Post[], now: number): SavedItems {
      authorNames.forget();
      const keys: number[] = [];
      const fresh = new Set<number>();
      const unindexed: UnindexedRows = new Map();
      for (const post of posts) {
        const { key, isNew, replaced } = save(post, now, unindexed);
        // At once, because SQLite may give the key of a removed row to the next one.
        for (const old of replaced) {
          for (const [i, other] of keys.entries()) if (other === old) keys[i] = key;
          fresh.delete(old);
        }
        keys.push(key);
        if (isNew) fresh.add(key);
      }
      index.writeAll(unindexed);
      return { keys, fresh };
    },
  };
}

/** The text that is not the current one, of a post that was edited and has kept its id. */
function editInPlace(row: NewRow, known: KnownRow | null): PostVersion[] {
  if (!known || row.kind === 'repost' || !EDITED_IN_PLACE.has(row.source)) return [];
  if (row.text === known.text || isCutOf(row, known) || isCutOf(known, row)) return [];
  const isOlder = row.as_of < known.as_of;
  return [{ id: row.id, text: isOlder ? row.text : known.text }];
}
