import type { Database } from 'bun:sqlite';
import { statement } from '../platform/statement.ts';
import type { Post, PostVersion } from '../sources/post.ts';
import { isCutOf } from './completeness.ts';
import { type PostRow, printable, readVersions } from './post_row.ts';

type EarlierRow = Pick<PostRow, 'key' | 'id' | 'text' | 'created_at' | 'edits'>;
type Bindings = Record<string, string | number | null>;

// An edit never takes over a post of somebody else, whatever an archive may claim.
const SAME_AUTHOR = '(posts.author = $author OR posts.author_id = $authorId)';

const FIND_LATEST = `
  SELECT key FROM post_versions JOIN posts ON posts.key = post_key
  WHERE post_versions.source = $source AND post_versions.id = $id AND ${SAME_AUTHOR}`;

const FIND_EARLIER = `
  SELECT key, id, text, created_at, edits FROM posts
  WHERE source = $source AND id = $id AND ${SAME_AUTHOR}`;

const REGISTER = `
  INSERT INTO post_versions (source, id, post_key) VALUES ($source, $id, $key)
  ON CONFLICT (source, id) DO UPDATE SET post_key = excluded.post_key`;

// With the time 0 whatever is saved next under the new id replaces the earlier version.
const RENAME = 'UPDATE posts SET id = $id, as_of = 0 WHERE key = $key';

export interface EarlierVersions {
  /** What to add to the post's history. */
  versions: PostVersion[];
  /** The keys of the posts that were removed. */
  removed: number[];
}

/** The earlier versions of edited posts: their texts are history, and they are no posts of their own. */
export function createPostVersions(db: Database) {
  const findLatest = statement<{ key: number }, Bindings>(db, FIND_LATEST);
  const findEarlier = statement<EarlierRow, Bindings>(db, FIND_EARLIER);
  const register = statement<void, Bindings>(db, REGISTER);
  const rename = statement<void, Bindings>(db, RENAME);
  const remove = statement<void, Bindings>(db, 'DELETE FROM posts WHERE key = $key');
  const readEdits = statement<{ edits: string | null }, Bindings>(
    db,
    'SELECT edits FROM posts WHERE key = $key',
  );
  const writeEdits = statement<void, Bindings>(
    db,
    'UPDATE posts SET edits = $edits WHERE key = $key',
  );

  function earlierRows(post: Post): EarlierRow[] {
    return earlierIds(post).flatMap((id) => findEarlier.get({ ...authorOf(post), id }) ?? []);
  }

  return {
    /** The key of the stored post of which `post` is an earlier version. */
    latestOf(post: Post): number | undefined {
      return findLatest.get({ ...authorOf(post), id: post.id })?.key;
    },

    /**
     * Removes the stored posts that are earlier versions of `post`. If `post` itself is not stored, the
     * last of them takes its id instead, and so keeps its key.
     */
    takeEarlier(post: Post, isStored: boolean): EarlierVersions {
      const rows = earlierRows(post);
      const kept = isStored ? undefined : rows.at(-1);
      if (kept) rename.run({ key: kept.key, id: post.id });
      const removed = rows.filter((row) => row !== kept).map(({ key }) => key);
      for (const key of removed) remove.run({ key });
      return { versions: [...rows.flatMap(versionsOf), ...(post.edits ?? [])], removed };
    },

    /** Adds versions to the history of the post with this key. */
    add(key: number, source: string, versions: readonly PostVersion[], ownId: string): void {
      const history = mergeVersions(readVersions(readEdits.get({ key })?.edits ?? null), versions);
      writeEdits.run({ key, edits: JSON.stringify(history) });
      for (const { id } of history) if (id !== ownId) register.run({ source, id, key });
    },
  };
}

function authorOf({ source, author, authorId }: Post) {
  return { source, author, authorId: authorId ?? null };
}

function earlierIds({ id, edits = [] }: Post): string[] {
  return edits.map((version) => version.id).filter((earlier) => earlier !== id);
}

function versionsOf(row: EarlierRow): PostVersion[] {
  const own = { id: row.id, text: row.text, createdAt: new Date(row.created_at) };
  return [...readVersions(row.edits), own];
}

/** Both histories as one, oldest first; what one lacks of a version, the other gives. */
export function mergeVersions(
  known: readonly PostVersion[],
  added: readonly PostVersion[],
): PostVersion[] {
  const merged: PostVersion[] = [];
  for (const version of [...known, ...added]) {
    const text = version.text === undefined ? undefined : printable(version.text);
    const index = merged.findIndex((other) => isSame(other, { ...version, text }));
    if (index < 0) merged.push({ ...version, text });
    else merged[index] = completed(merged[index] as PostVersion, { ...version, text });
  }
  return inOrder(merged);
}

/** A source that keeps the id of an edited post has several versions with one id. */
function isSame(one: PostVersion, other: PostVersion): boolean {
  if (one.id !== other.id) return false;
  if (/^\d+$/.test(one.id) || one.text === undefined || other.text === undefined) return true;
  return one.text === other.text;
}

function completed(known: PostVersion, added: PostVersion): PostVersion {
  const [cut, whole] = [known.text ?? '', added.text ?? ''];
  const takesText = known.text === undefined || isCutOf(content(cut), content(whole));
  return {
    id: known.id,
    text: takesText ? (added.text ?? known.text) : known.text,
    createdAt: known.createdAt ?? added.createdAt,
  };
}

const content = (text: string) => ({ kind: 'post' as const, text });

/** X's ids grow with time; other ids say nothing about it. */
function inOrder(versions: PostVersion[]): PostVersion[] {
  if (!versions.every(({ id }) => /^\d+$/.test(id))) return versions;
  return versions.sort((a, b) => a.id.length - b.id.length || (a.id < b.id ? -1 : 1));
}
