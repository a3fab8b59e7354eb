import type { Database } from 'bun:sqlite';
import { statement } from '../platform/statement.ts';
import type { Post, PostVersion } from '../sources/post.ts';
import { createAuthorNames } from './author_names.ts';
import { isCutOf } from './completeness.ts';
import { type PostRow, toRow } from './post_row.ts';
import { createPostVersions } from './post_versions.ts';
import { toIndexedWords } from './words.ts';

type Known = Pick<PostRow, 'key' | 'kind' | 'text' | 'author' | 'author_name' | 'as_of'>;
type NewRow = ReturnType<typeof toRow>;
type Bindings = Record<string, string | number | null>;

const FIND = `
  SELECT key, kind, text, author, author_name, as_of FROM posts
  WHERE source = $source AND id = $id`;

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

/** Sources whose posts keep their id when their authors edit them. */
const EDITED_IN_PLACE = new Set(['bluesky']);

/** How a post is saved. Runs inside the caller's transaction. */
export function createPostSaving(db: Database) {
  const find = statement<Known, Bindings>(db, FIND);
  const readLinks = statement<Pick<PostRow, 'links'>, Bindings>(
    db,
    'SELECT links FROM posts WHERE key = $key',
  );
  const upsert = statement<{ key: number }, Bindings>(db, UPSERT);
  const fill = statement<void, Bindings>(db, FILL);
  const indexWords = statement<void, Bindings>(db, INDEX_WORDS);
  const versions = createPostVersions(db);
  const authorNames = createAuthorNames(db);

  function write(row: NewRow, known: Known | null, now: number): { key: number; row: NewRow } {
    if (known && row.as_of < known.as_of) {
      const filled = fillOf(row, known);
      const { source: _, id: _id, kind: _kind, created_at: _at, as_of, limited, ...given } = filled;
      fill.run({ ...given, key: known.key, now });
      return { key: known.key, row: filled };
    }
    const whole = known && isCutOf(row, known) ? { ...row, ...textOf(known) } : row;
    const { key } = upsert.get({ ...whole, now }) as { key: number };
    return { key, row: whole };
  }

  function textOf({ key, text }: Known) {
    return { text, links: readLinks.get({ key })?.links ?? '[]' };
  }

  function save(post: Post, now: number): { key: number; isNew: boolean } {
    let known = find.get({ source: post.source, id: post.id });
    const latest = known ? undefined : versions.latestOf(post);
    if (latest !== undefined) {
      const { id, text, createdAt } = post;
      const history = [...versions.takeEarlier(post, true), { id, text, createdAt }];
      versions.add(latest, post.source, history, '');
      return { key: latest, isNew: false };
    }
    let history: PostVersion[] = [];
    if (post.edits && post.edits.length > 0) {
      history = versions.takeEarlier(post, known !== null);
      known ??= find.get({ source: post.source, id: post.id });
    }
    const given = toRow(post, now);
    const { key, row } = write({ ...given, ...authorNames.of(given, known) }, known, now);
    if (known?.text !== row.text || known.author_name !== row.author_name) {
      const author_name = toIndexedWords(row.author_name);
      indexWords.run({ key, text: toIndexedWords(row.text), author_name });
    }
    history.push(...editInPlace(given, known));
    if (history.length > 0) versions.add(key, post.source, history, post.id);
    return { key, isNew: !known };
  }

  return {
    /** Saves posts, the later of two with one id last. `added` counts those that were not stored. */
    savePosts(posts: readonly Post[], now: number): { added: number; keys: number[] } {
      authorNames.forget();
      const saved = posts.map((post) => save(post, now));
      const added = saved.filter(({ isNew }) => isNew).length;
      return { added, keys: saved.map(({ key }) => key) };
    },
  };
}

/** What an older row may say: nothing but what is absent, and the whole of a text that was cut. */
function fillOf(row: NewRow, known: Known): NewRow {
  if (row.text === known.text || isCutOf(known, row)) return row;
  return { ...row, text: known.text, links: '[]', media: '[]' };
}

/** The text that is not the current one, of a post that was edited and has kept its id. */
function editInPlace(row: NewRow, known: Known | null): PostVersion[] {
  if (!known || row.kind === 'repost' || !EDITED_IN_PLACE.has(row.source)) return [];
  if (row.text === known.text || isCutOf(row, known) || isCutOf(known, row)) return [];
  const isOlder = row.as_of < known.as_of;
  return [{ id: row.id, text: isOlder ? row.text : known.text }];
}
