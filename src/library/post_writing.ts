import type { Database } from 'bun:sqlite';
import { statement } from '../platform/statement.ts';
import { isCutOf } from './completeness.ts';
import type { IndexedRow } from './finding/indexed_words.ts';
import { INDEXED_COLUMNS, isIndexedAlike, type UnindexedRows } from './finding/word_index.ts';
import type { NewRow, PostRow } from './post_row.ts';

/** What is read of a stored post before it is written again. */
export type KnownRow = IndexedRow & Pick<PostRow, 'key' | 'as_of'>;
type Bindings = Record<string, string | number | null>;

const INDEXED = INDEXED_COLUMNS.join(', ');

const INSERT = `
  INSERT INTO posts (source, id, kind, author, author_id, author_name, text, created_at, language, url,
    in_reply_to_id, in_reply_to_author, thread_id, repost_of, quote, limited, links, media,
    likes, reposts, replies, as_of, collected_at, updated_at)
  VALUES ($source, $id, $kind, $author, $author_id, $author_name, $text, $created_at, $language, $url,
    $in_reply_to_id, $in_reply_to_author, $thread_id, $repost_of, $quote, $limited, $links, $media,
    $likes, $reposts, $replies, $as_of, $now, $now)`;

// What is newer replaces what is older. Of a quoted post it may know less than what was known before.
const REPLACE = `
  UPDATE posts SET
    kind = $kind,
    author = $author,
    author_id = coalesce($author_id, author_id),
    author_name = $author_name,
    text = $text,
    created_at = $created_at,
    language = coalesce($language, language),
    url = coalesce($url, url),
    in_reply_to_id = coalesce($in_reply_to_id, in_reply_to_id),
    in_reply_to_author = coalesce($in_reply_to_author, in_reply_to_author),
    thread_id = coalesce($thread_id, thread_id),
    repost_of = ${merged('repost_of', '$repost_of')},
    quote = ${merged('quote', '$quote')},
    limited = $limited,
    links = $links,
    media = $media,
    likes = coalesce($likes, likes),
    reposts = coalesce($reposts, reposts),
    replies = coalesce($replies, replies),
    as_of = $as_of,
    updated_at = $now
  WHERE key = $key
  RETURNING ${INDEXED}`;

// What is older fills in what is absent. Links belong to the text, and come with it.
const FILL = `
  UPDATE posts SET
    author = $author,
    author_id = coalesce(author_id, $author_id),
    author_name = $author_name,
    text = $text,
    language = coalesce(language, $language),
    url = coalesce(url, $url),
    in_reply_to_id = coalesce(in_reply_to_id, $in_reply_to_id),
    in_reply_to_author = coalesce(in_reply_to_author, $in_reply_to_author),
    thread_id = coalesce(thread_id, $thread_id),
    repost_of = ${merged('$repost_of', 'repost_of')},
    quote = ${merged('$quote', 'quote')},
    links = CASE WHEN links = '[]' OR text <> $text THEN $links ELSE links END,
    media = CASE WHEN media = '[]' THEN $media ELSE media END,
    likes = coalesce(likes, $likes),
    reposts = coalesce(reposts, $reposts),
    replies = coalesce(replies, $replies),
    updated_at = $now
  WHERE key = $key
  RETURNING ${INDEXED}`;

/** Of two quoted posts as JSON, what `newer` says, and what only `older` says of the same post. */
function merged(older: string, newer: string): string {
  return `CASE WHEN ${older} ->> 'id' = ${newer} ->> 'id' THEN json_patch(${older}, ${newer})
      ELSE coalesce(${newer}, ${older}) END`;
}

/** Writes rows of posts, but not their words. Runs inside the caller's transaction. */
export function createPostWriting(db: Database) {
  const insert = statement<void, NewRow>(db, INSERT);
  const replace = statement<IndexedRow, Bindings>(db, REPLACE);
  const fill = statement<IndexedRow, Bindings>(db, FILL);

  function update(row: NewRow, known: KnownRow): IndexedRow {
    const { source: _, id: _id, ...given } = row;
    if (row.as_of >= known.as_of) return replace.get({ ...given, key: known.key }) as IndexedRow;
    const { kind: _kind, created_at: _at, as_of, limited, ...absent } = given;
    return fill.get({ ...absent, key: known.key }) as IndexedRow;
  }

  /**
   * Inserts a row, or updates the stored one, which is `known`.
   * @param unindexed gets the row when its words are to be written.
   * @returns its key.
   */
  return function write(row: NewRow, known: KnownRow | null, unindexed: UnindexedRows): number {
    if (known) {
      const { key } = known;
      const updated = update(fitted(row, known), known);
      const isNew = unindexed.get(key)?.isNew ?? false;
      if (!isIndexedAlike(updated, known)) unindexed.set(key, { row: updated, isNew });
      return key;
    }
    // Takes half the time of INSERT … ON CONFLICT … RETURNING.
    const key = Number(insert.run(row).lastInsertRowid);
    unindexed.set(key, { row, isNew: true });
    return key;
  };
}

/** The row without what must not replace the stored text: an older one, or the same one but cut. */
function fitted(row: NewRow, known: KnownRow): NewRow {
  if (row.text === known.text) return row;
  const isOlder = row.as_of < known.as_of;
  if (isOlder)
    return isCutOf(known, row) ? row : { ...row, text: known.text, links: '[]', media: '[]' };
  return isCutOf(row, known) ? { ...row, text: known.text, links: known.links } : row;
}
