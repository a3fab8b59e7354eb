import type { Post, PostKind, PostVersion, QuotedPost } from '../sources/post.ts';

export interface PostRow {
  key: number;
  source: string;
  id: string;
  kind: PostKind;
  author: string;
  author_id: string | null;
  author_name: string;
  text: string;
  created_at: number;
  language: string | null;
  url: string | null;
  in_reply_to_id: string | null;
  in_reply_to_author: string | null;
  thread_id: string | null;
  repost_of: string | null;
  quote: string | null;
  edits: string | null;
  limited: string | null;
  links: string;
  media: string;
  likes: number | null;
  reposts: number | null;
  replies: number | null;
  as_of: number;
}

/** A post's row as it is written. */
export type NewRow = Omit<PostRow, 'key' | 'edits'> & { now: number };

/** A post's row as it is read: with its author's name of today, where that is known. */
export interface ReadPostRow extends PostRow {
  name_now: string | null;
}

/**
 * Selects rows for `toPost` from `posts`, a table or a subquery. A profile that is at least as new
 * gives the author's name.
 */
export function withNames(posts: string): string {
  return `
    SELECT posts.*,
      CASE WHEN profiles.as_of >= posts.as_of THEN nullif(profiles.name, '') END AS name_now
    FROM ${posts} AS posts
    LEFT JOIN profiles ON profiles.source = posts.source AND profiles.id = posts.author_id`;
}

/**
 * A post as a row of `posts`. Its `edits` are left to `createPostVersions`.
 * @param now when it is saved; also the `as_of` of a post that does not say when it was known.
 */
export function toRow(post: Post, now: number): NewRow {
  return {
    source: post.source,
    id: post.id,
    kind: post.kind,
    author: post.author,
    author_id: post.authorId ?? null,
    author_name: printable(post.authorName),
    text: printable(post.text),
    created_at: post.createdAt.getTime(),
    language: post.language ?? null,
    url: post.url ?? null,
    in_reply_to_id: post.inReplyToId ?? null,
    in_reply_to_author: post.inReplyToAuthor ?? null,
    thread_id: post.threadId ?? null,
    repost_of: post.repostOf ? quotedJson(post.repostOf) : null,
    quote: post.quote ? quotedJson(post.quote) : null,
    limited: post.limited === undefined ? null : printable(post.limited),
    links: listJson(post.links),
    media: listJson(post.media),
    likes: post.likes ?? null,
    reposts: post.reposts ?? null,
    replies: post.replies ?? null,
    as_of: post.asOf?.getTime() ?? now,
    now,
  };
}

/** Removes control characters other than tab and line feed, which a page cannot show. */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\t\n]/gu, '');
}

function quotedJson(quoted: QuotedPost): string {
  return JSON.stringify(quoted, (_, value) =>
    typeof value === 'string' ? printable(value) : value,
  );
}

const listJson = (list: readonly object[]) => (list.length === 0 ? '[]' : JSON.stringify(list));

/** A row of `posts` as a post. */
export function toPost(row: ReadPostRow): Post {
  return {
    source: row.source,
    id: row.id,
    kind: row.kind,
    author: row.author,
    authorId: row.author_id ?? undefined,
    authorName: row.name_now ?? row.author_name,
    text: row.text,
    createdAt: new Date(row.created_at),
    language: row.language ?? undefined,
    url: row.url ?? undefined,
    inReplyToId: row.in_reply_to_id ?? undefined,
    inReplyToAuthor: row.in_reply_to_author ?? undefined,
    threadId: row.thread_id ?? undefined,
    repostOf: row.repost_of === null ? undefined : JSON.parse(row.repost_of),
    quote: row.quote === null ? undefined : JSON.parse(row.quote),
    edits: row.edits === null ? undefined : readVersions(row.edits),
    limited: row.limited ?? undefined,
    links: JSON.parse(row.links),
    media: JSON.parse(row.media),
    likes: row.likes ?? undefined,
    reposts: row.reposts ?? undefined,
    replies: row.replies ?? undefined,
    asOf: row.as_of === 0 ? undefined : new Date(row.as_of),
  };
}

/** The versions in the column `edits`. */
export function readVersions(edits: string | null): PostVersion[] {
  const versions: (Omit<PostVersion, 'createdAt'> & { createdAt?: string })[] = JSON.parse(
    edits ?? '[]',
  );
  return versions.map(({ createdAt, ...version }) =>
    createdAt === undefined ? version : { ...version, createdAt: new Date(createdAt) },
  );
}
