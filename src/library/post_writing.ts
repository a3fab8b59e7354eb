import type { Database } from 'bun:sqlite';
import { statement } from '../platform/statement.ts';
import { isCutOf } from './completeness.ts';
import type { NewRow, PostRow } from './post_row.ts';
import { toIndexedWords } from './words.ts';

/** What is read of a stored post before it is written again. */
export type KnownRow = Pick<PostRow, 'key' | 'kind' | 'text' | 'author' | 'author_name' | 'as_of'>;
type Bindings = Record<string, string | number | null>;

// What is newer replaces what is older. Of a quoted post it may know less than what was known before.
const UPSERT = `
  INSERT INTO posts (source, id, kind, author, author_id, author_name, text, created_at, language, url,
    in_reply_to_id, in_reply_to_author, thread_id, repost_of, quote, limited, links, media,
    likes, reposts, replies, as_of, collected_at, updated_at)
  VALUES ($source, $id, $kind, $author, $author_id, $author_name, $text, $created_at, $language, $url,
    $in_reply_to_id, $in_reply_to_author, $thread_id, $repost_of, $quote, $limited, $links, $media,
    $likes, $reposts, $replies, $as_of, $now, $now)
  ON CONFLICT (source, id) DO UPDATE SET
    kind = excluded.kind,
    author = excluded.author,
    author_id = coalesce(excluded.author_id, author_id),
    author_name = excluded.author_name,
    text = excluded.text,
    created_at = excluded.created_at,
    language = coalesce(excluded.language, language),
    url = coalesce(excluded.url, url),
    in_reply_to_id = coalesce(excluded.in_reply_to_id, in_reply_to_id),
    in_reply_to_author = coalesce(excluded.in_reply_to_author, in_reply_to_author),
    thread_id = coalesce(excluded.thread_id, thread_id),
    repost_of = ${merged('repost_of', 'excluded.repost_of')},
    quote = ${merged('quote', 'excluded.quote')},
    limited = excluded.limited,
    links = excluded.links,
    media = excluded.media,
    likes = coalesce(excluded.likes, likes),
    reposts = coalesce(excluded.reposts, reposts),
    replies = coalesce(excluded.replies, replies),
    as_of = excluded.as_of,
    updated_at = excluded.updated_at
  RETURNING key`;

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
  WHERE key = $key`;

const INDEX_WORDS =
  'INSERT OR REPLACE INTO post_words (rowid, text, author_name) VALUES ($key, $text, $author_name)';

/** Of two quoted posts as JSON, what `newer` says, and what only `older` says of the same post. */
function merged(older: string, newer: string): string {
  return `CASE WHEN ${older} ->> 'id' = ${newer} ->> 'id' THEN json_patch(${older}, ${newer})
      ELSE coalesce(${newer}, ${older}) END`;
}

/** Writes rows of posts, and their words. Runs inside the caller's transaction. */
export function createPostWriting(db: Database) {
  const readLinks = statement<Pick<PostRow, 'links'>, Bindings>(
    db,
    'SELECT links FROM posts WHERE key = $key',
  );
  const upsert = statement<{ key: number }, NewRow>(db, UPSERT);
  const fill = statement<void, Bindings>(db, FILL);
  const indexWords = statement<void, Bindings>(db, INDEX_WORDS);

  function textOf({ key, text }: KnownRow) {
    return { text, links: readLinks.get({ key })?.links ?? '[]' };
  }

  function writeRow(row: NewRow, known: KnownRow | null): number {
    if (known && row.as_of < known.as_of) {
      const { source: _, id: _id, kind: _kind, created_at: _at, as_of, limited, ...given } = row;
      fill.run({ ...given, key: known.key });
      return known.key;
    }
    return (upsert.get(row) as { key: number }).key;
  }

  /**
   * Inserts a row, or updates the stored one, which is `known`.
   * @returns its key.
   */
  return function write(given: NewRow, known: KnownRow | null): number {
    const row = known ? fitted(given, known, textOf) : given;
    const key = writeRow(row, known);
    if (known?.text !== row.text || known.author_name !== row.author_name) {
      const author_name = toIndexedWords(row.author_name);
      indexWords.run({ key, text: toIndexedWords(row.text), author_name });
    }
    return key;
  };
}

/** The row without what must not replace the stored text: an older one, or the same one but cut. */
function fitted(
  row: NewRow,
  known: KnownRow,
  textOf: (known: KnownRow) => Pick<NewRow, 'text' | 'links'>,
): NewRow {
  if (row.text === known.text) return row;
  const isOlder = row.as_of < known.as_of;
  if (isOlder)
    return isCutOf(known, row) ? row : { ...row, text: known.text, links: '[]', media: '[]' };
  return isCutOf(row, known) ? { ...row, ...textOf(known) } : row;
}
