import type { Post, PostLink } from '../post.ts';
import { type Attached, cardLinks, readEmbed } from './embeds.ts';
import { linksIn } from './facets.ts';
import { countOf, fieldsOf, listOf, startingWith, textOf, timeOf } from './fields.ts';
import { limitedBy } from './labels.ts';
import { didOf, isHandle, postUrl } from './urls.ts';

interface AuthorView {
  did: string;
  handle: string;
  displayName?: string;
  labels: unknown;
}

interface ReplyRef {
  parent: string;
  root: string;
}

interface PostView {
  uri: string;
  author: AuthorView;
  text: string;
  createdAt: Date;
  language?: string;
  facets: unknown;
  reply?: ReplyRef;
  embed: unknown;
  labels: unknown;
  likes?: number;
  reposts?: number;
  replies?: number;
}

interface Repost {
  by: AuthorView;
  at: Date;
  uri?: string;
}

/**
 * Converts an item of an author's feed.
 * @returns undefined when it has no id, author, text or date.
 */
export function readItem(item: unknown, asOf: Date): Post | undefined {
  const { post, reply, reason } = fieldsOf(item);
  const view = readView(post);
  const original = view && toPost(view, parentHandle(reply), asOf);
  if (!isRepost(reason)) return original;
  const repost = readRepost(reason);
  return original && repost && toRepost(original, repost);
}

/** Converts a post of a search. */
export function readPost(post: unknown, asOf: Date): Post | undefined {
  const view = readView(post);
  return view && toPost(view, undefined, asOf);
}

/** What identifies an item that cannot be read, for the log. */
export function nameOfItem(item: unknown): string {
  const { post = item } = fieldsOf(item);
  const { uri } = fieldsOf(post);
  return typeof uri === 'string' ? uri.slice(0, 200) : 'an item without an address';
}

function readView(value: unknown): PostView | undefined {
  const view = fieldsOf(value);
  const record = fieldsOf(view.record);
  const uri = startingWith('at://', view.uri);
  const author = readAuthor(view.author);
  const createdAt = earlier(timeOf(record.createdAt), timeOf(view.indexedAt));
  if (!uri || !author || !createdAt || typeof record.text !== 'string') return undefined;
  return {
    uri,
    author,
    text: record.text,
    createdAt,
    language: languageOf(listOf(record.langs)[0]),
    facets: record.facets,
    reply: readReplyRef(record.reply),
    embed: view.embed,
    labels: view.labels,
    likes: countOf(view.likeCount),
    reposts: countOf(view.repostCount),
    replies: countOf(view.replyCount),
  };
}

function readAuthor(value: unknown): AuthorView | undefined {
  const { did: id, handle: name, displayName, labels } = fieldsOf(value);
  const did = startingWith('did:', id);
  const handle = textOf(name);
  return did && handle ? { did, handle, displayName: textOf(displayName), labels } : undefined;
}

function readReplyRef(value: unknown): ReplyRef | undefined {
  const { parent, root } = fieldsOf(value);
  const of = (ref: unknown) => startingWith('at://', fieldsOf(ref).uri);
  const [parentUri, rootUri] = [of(parent), of(root)];
  return parentUri && rootUri ? { parent: parentUri, root: rootUri } : undefined;
}

/** The handle of the author who is answered; a post that is blocked or deleted has none. */
function parentHandle(reply: unknown): string | undefined {
  const { author } = fieldsOf(fieldsOf(reply).parent);
  return textOf(fieldsOf(author).handle);
}

function isRepost(reason: unknown): boolean {
  return fieldsOf(reason).$type === 'app.bsky.feed.defs#reasonRepost';
}

function readRepost(reason: unknown): Repost | undefined {
  const fields = fieldsOf(reason);
  const by = readAuthor(fields.by);
  const at = timeOf(fields.indexedAt);
  return by && at && { by, at, uri: startingWith('at://', fields.uri) };
}

function toPost(view: PostView, repliedTo: string | undefined, asOf: Date): Post {
  const { uri, author, reply, text } = view;
  const attached = readEmbed(view.embed);
  return {
    source: 'bluesky',
    id: uri,
    kind: reply && !isOwnThread(reply, author.did) ? 'reply' : 'post',
    ...authorFields(author),
    text,
    createdAt: view.createdAt,
    url: postUrl(uri, author.handle),
    links: allLinks(text, linksIn(text, view.facets), attached),
    media: attached.media,
    ...(attached.quote && { quote: attached.quote }),
    ...replyFields(reply, repliedTo),
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

function isOwnThread({ parent, root }: ReplyRef, did: string): boolean {
  return didOf(parent) === did && didOf(root) === did;
}

function authorFields({ did, handle, displayName }: AuthorView) {
  const author = isHandle(handle) ? handle : did;
  return { author, authorId: did, authorName: displayName ?? author };
}

function allLinks(postText: string, links: PostLink[], { cards }: Attached): PostLink[] {
  return [...links, ...cardLinks(cards, links, postText)];
}

function replyFields(reply: ReplyRef | undefined, handle: string | undefined): Partial<Post> {
  if (!reply) return {};
  return {
    inReplyToId: reply.parent,
    ...(isHandle(handle) && { inReplyToAuthor: handle }),
    threadId: reply.root,
  };
}

function optionalFields(view: PostView, asOf: Date): Partial<Post> {
  const { language, likes, reposts, replies } = view;
  const limited = limitedBy(view.labels, view.author.labels, asOf);
  return {
    ...(language && { language }),
    ...(limited && { limited }),
    ...(likes !== undefined && { likes }),
    ...(reposts !== undefined && { reposts }),
    ...(replies !== undefined && { replies }),
  };
}

/** Undefined for what is no language tag, and for "und". */
function languageOf(tag: unknown): string | undefined {
  if (typeof tag !== 'string') return undefined;
  if (/^[a-z]{2}$/.test(tag)) return tag;
  try {
    const { language } = new Intl.Locale(tag);
    return language === 'und' ? undefined : Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

/** A repost has the text and the attachments of its original, and no counts of its own. */
function toRepost(original: Post, { by, uri, at }: Repost): Post {
  const { language, limited, quote, links, media, url, asOf } = original;
  return {
    source: 'bluesky',
    id: uri ?? `${original.id}#${by.did}`,
    kind: 'repost',
    ...authorFields(by),
    text: `RT @${original.author}: ${original.text}`,
    createdAt: at,
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
