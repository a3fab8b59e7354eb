import { z } from 'zod';
import type { Post, PostLink } from '../post.ts';
import { type Attached, cardLinks, readEmbed } from './embeds.ts';
import { linksIn } from './facets.ts';
import { count, optional, text, time } from './fields.ts';
import { limitedBy } from './labels.ts';
import { didOf, isHandle, postUrl } from './urls.ts';

const authorSchema = z.object({
  did: z.string().startsWith('did:'),
  handle: z.string().min(1),
  displayName: text,
  labels: z.unknown().optional(),
});

const refSchema = z.object({ uri: z.string().startsWith('at://') });

const recordSchema = z.object({
  text: z.string(),
  createdAt: time,
  langs: optional(z.array(z.string())),
  facets: z.unknown().optional(),
  reply: optional(z.object({ parent: refSchema, root: refSchema })),
});

const postSchema = z.object({
  uri: z.string().startsWith('at://'),
  author: authorSchema,
  record: recordSchema,
  embed: z.unknown().optional(),
  indexedAt: time,
  labels: z.unknown().optional(),
  likeCount: count,
  repostCount: count,
  replyCount: count,
});

const itemSchema = z.object({
  post: postSchema,
  reply: optional(
    z.object({ parent: z.object({ author: optional(z.object({ handle: z.string().min(1) })) }) }),
  ),
  reason: z.unknown().optional(),
});

const repostSchema = z.object({
  $type: z.literal('app.bsky.feed.defs#reasonRepost'),
  by: authorSchema,
  indexedAt: time,
  uri: optional(z.string().startsWith('at://')),
});

type PostView = z.infer<typeof postSchema>;
type AuthorView = z.infer<typeof authorSchema>;
type Repost = z.infer<typeof repostSchema>;
type ItemView = z.infer<typeof itemSchema>;

/**
 * Converts an item of an author's feed.
 * @returns undefined when it has no id, author, text or date.
 */
export function readItem(item: unknown, asOf: Date): Post | undefined {
  const read = itemSchema.safeParse(item).data;
  if (!read) return undefined;
  const original = toPost(read.post, read.reply, asOf);
  if (!isRepost(read.reason)) return original;
  const repost = repostSchema.safeParse(read.reason).data;
  return original && repost && toRepost(original, repost);
}

/** Converts a post of a search. */
export function readPost(post: unknown, asOf: Date): Post | undefined {
  const read = postSchema.safeParse(post).data;
  return read && toPost(read, undefined, asOf);
}

/** What identifies an item that cannot be read, for the log. */
export function nameOfItem(item: unknown): string {
  const { post = item } = Object(item) as { post?: unknown };
  const { uri } = Object(post) as { uri?: unknown };
  return typeof uri === 'string' ? uri.slice(0, 200) : 'an item without an address';
}

function isRepost(reason: unknown): boolean {
  return (Object(reason) as { $type?: unknown }).$type === 'app.bsky.feed.defs#reasonRepost';
}

function toPost(view: PostView, reply: ItemView['reply'], asOf: Date): Post | undefined {
  const { uri, author, record } = view;
  const createdAt = earlier(record.createdAt, view.indexedAt);
  if (!createdAt) return undefined;
  const attached = readEmbed(view.embed);
  const links = linksIn(record.text, record.facets);
  return {
    source: 'bluesky',
    id: uri,
    kind: record.reply && !isOwnThread(record.reply, author.did) ? 'reply' : 'post',
    ...authorFields(author),
    text: record.text,
    createdAt,
    url: postUrl(uri, author.handle),
    links: allLinks(record.text, links, attached),
    media: attached.media,
    ...(attached.quote && { quote: attached.quote }),
    ...replyFields(record.reply, reply),
    ...optionalFields(view, asOf),
    asOf,
  };
}

/**
 * The time that the service sorts by. Tools that import from elsewhere state the original time; a time
 * in the future is a slip of a clock.
 */
function earlier(one: Date | undefined, other: Date | undefined): Date | undefined {
  if (!one || !other) return one ?? other;
  return one < other ? one : other;
}

function isOwnThread({ parent, root }: { parent: Ref; root: Ref }, did: string): boolean {
  return didOf(parent.uri) === did && didOf(root.uri) === did;
}

type Ref = z.infer<typeof refSchema>;

function authorFields({ did, handle, displayName }: AuthorView) {
  const author = isHandle(handle) ? handle : did;
  return { author, authorId: did, authorName: displayName ?? author };
}

function allLinks(postText: string, links: PostLink[], { cards }: Attached): PostLink[] {
  return [...links, ...cardLinks(cards, links, postText)];
}

function replyFields(ref: PostView['record']['reply'], reply: ItemView['reply']): Partial<Post> {
  if (!ref) return {};
  const handle = reply?.parent.author?.handle;
  return {
    inReplyToId: ref.parent.uri,
    ...(isHandle(handle) && { inReplyToAuthor: handle }),
    threadId: ref.root.uri,
  };
}

function optionalFields(view: PostView, asOf: Date): Partial<Post> {
  const language = languageOf(view.record.langs?.[0]);
  const limited = limitedBy(view.labels, view.author.labels, asOf);
  return {
    ...(language && { language }),
    ...(limited && { limited }),
    ...(view.likeCount !== undefined && { likes: view.likeCount }),
    ...(view.repostCount !== undefined && { reposts: view.repostCount }),
    ...(view.replyCount !== undefined && { replies: view.replyCount }),
  };
}

/** Undefined for what is no language tag, and for "und". */
function languageOf(tag = ''): string | undefined {
  try {
    const { language } = new Intl.Locale(tag);
    return language === 'und' ? undefined : Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

/** A repost has the text and the attachments of its original, and no counts of its own. */
function toRepost(original: Post, { by, uri, indexedAt }: Repost): Post | undefined {
  if (!indexedAt) return undefined;
  const { language, limited, quote, links, media, url, asOf } = original;
  return {
    source: 'bluesky',
    id: uri ?? `${original.id}#${by.did}`,
    kind: 'repost',
    ...authorFields(by),
    text: `RT @${original.author}: ${original.text}`,
    createdAt: indexedAt,
    url,
    repostOf: {
      id: original.id,
      author: original.author,
      authorName: original.authorName,
      text: original.text,
      ...(url && { url }),
    },
    ...(quote && { quote }),
    ...(language && { language }),
    ...(limited && { limited }),
    links,
    media,
    asOf,
  };
}
