import type { Post, PostKind } from '../sources/post.ts';

export interface PostRow {
  key: number;
  source: string;
  id: string;
  kind: PostKind;
  author: string;
  author_name: string;
  text: string;
  created_at: number;
  language: string | null;
  url: string | null;
  in_reply_to_id: string | null;
  in_reply_to_author: string | null;
  thread_id: string | null;
  links: string;
  media: string;
  likes: number | null;
  reposts: number | null;
  replies: number | null;
}

/** A post as a row of `posts`. */
export function toRow(post: Post): Omit<PostRow, 'key'> {
  return {
    source: post.source,
    id: post.id,
    kind: post.kind,
    author: post.author,
    author_name: printable(post.authorName),
    text: printable(post.text),
    created_at: post.createdAt.getTime(),
    language: post.language ?? null,
    url: post.url ?? null,
    in_reply_to_id: post.inReplyToId ?? null,
    in_reply_to_author: post.inReplyToAuthor ?? null,
    thread_id: post.threadId ?? null,
    links: JSON.stringify(post.links),
    media: JSON.stringify(post.media),
    likes: post.likes ?? null,
    reposts: post.reposts ?? null,
    replies: post.replies ?? null,
  };
}

/** Removes control characters other than tab and line feed, which a page cannot show. */
function printable(text: string): string {
  return text.replace(/[^\P{Cc}\t\n]/gu, '');
}

/** A row of `posts` as a post. */
export function toPost(row: PostRow): Post {
  return {
    source: row.source,
    id: row.id,
    kind: row.kind,
    author: row.author,
    authorName: row.author_name,
    text: row.text,
    createdAt: new Date(row.created_at),
    language: row.language ?? undefined,
    url: row.url ?? undefined,
    inReplyToId: row.in_reply_to_id ?? undefined,
    inReplyToAuthor: row.in_reply_to_author ?? undefined,
    threadId: row.thread_id ?? undefined,
    links: JSON.parse(row.links),
    media: JSON.parse(row.media),
    likes: row.likes ?? undefined,
    reposts: row.reposts ?? undefined,
    replies: row.replies ?? undefined,
  };
}
