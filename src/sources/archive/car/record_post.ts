import { z } from 'zod';
import { timeOf } from '../../../platform/time.ts';
import { cardLinks } from '../../bluesky/embeds.ts';
import { linksIn } from '../../bluesky/facets.ts';
import { optional } from '../../bluesky/fields.ts';
import { limitedBy } from '../../bluesky/labels.ts';
import { didOf, postUrl } from '../../bluesky/urls.ts';
import type { Post, PostKind, QuotedPost } from '../../post.ts';
import { addressOf, POST, REPOST } from './addresses.ts';
import { attachedTo, embed, postAt } from './embed.ts';
import { list, selfLabels } from './fields.ts';
import { timeOfTid } from './tid.ts';

/** Whose posts an export has. */
export interface Account {
  did: string;
  username: string;
  name: string;
  /** The labels of the profile. */
  labels: unknown;
  /** When the export was made. */
  asOf?: Date;
  /** A post of the account that another one quotes or reposts. */
  original?: (address: string) => Post | undefined;
}

export interface RecordKey {
  collection: typeof POST | typeof REPOST;
  rkey: string;
}

const link = z.object({ uri: z.string() });

const postSchema = z.object({
  text: z.string(),
  createdAt: optional(z.string()),
  langs: list(z.string()),
  reply: optional(z.object({ root: link, parent: link })),
  facets: z.unknown().optional(),
  embed,
  labels: selfLabels,
});

const repostSchema = z.object({ subject: link, createdAt: optional(z.string()) });

type PostFields = z.infer<typeof postSchema>;
type RepostFields = z.infer<typeof repostSchema>;

/**
 * What a record is. A post in a thread of one's own is no reply: both the post it continues and the
 * first one of the thread are the account's.
 * @returns why it cannot be read, for people: "it has no text".
 */
export function kindOf(
  record: unknown,
  { collection, rkey }: RecordKey,
  did: string,
): PostKind | { unreadable: string } {
  if (record === undefined) return { unreadable: 'it cannot be decoded' };
  const fields = Object(record);
  if (fields.$type !== collection) return { unreadable: 'it is a record of another kind' };
  if (!statedTime(fields.createdAt, rkey)) return { unreadable: 'it has no date' };
  if (collection === REPOST) {
    return postAt(String(fields.subject?.uri)) ? 'repost' : { unreadable: 'it names no post' };
  }
  if (typeof fields.text !== 'string') return { unreadable: 'it has no text' };
  if (fields.reply === undefined || fields.reply === null) return 'post';
  const { parent, root } = fields.reply;
  return isOwn(parent?.uri, did) && isOwn(root?.uri, did) ? 'post' : 'reply';
}

function isOwn(uri: unknown, did: string): boolean {
  return typeof uri === 'string' && didOf(uri) === did;
}

/** Converts a record that `kindOf` can read. */
export function toPost(record: unknown, key: RecordKey, account: Account): Post {
  return key.collection === POST
    ? ownPost(record, key, account)
    : repost(repostSchema.parse(record), key, account);
}

function ownPost(record: unknown, key: RecordKey, account: Account): Post {
  const fields = postSchema.parse(record);
  const { did, asOf } = account;
  const { cards, media, quote } = attachedTo(fields.embed, did);
  const links = linksIn(fields.text, fields.facets);
  const language = languageOf(fields.langs);
  const limited = limitedBy(fields.labels, account.labels, asOf ?? new Date());
  const common = commonFields(fields, key, account);
  return {
    ...common,
    kind: kindOf(record, key, did) as PostKind,
    text: fields.text,
    url: postUrl(common.id),
    links: [...links, ...cardLinks(cards, links, fields.text)],
    media,
    ...(quote && { quote: withText(quote, account) }),
    ...(language && { language }),
    ...(limited && { limited }),
    ...replyFields(fields, account),
  };
}

/** An export has no text of other people's posts, only their addresses. */
function withText(quoted: QuotedPost, { original }: Account): QuotedPost {
  const { author, authorName, text } = original?.(quoted.id) ?? {};
  return text === undefined ? quoted : { ...quoted, author, authorName, text };
}

/** Its text is empty unless the original is the account's own; the address of the original is known. */
function repost(fields: RepostFields, key: RecordKey, account: Account): Post {
  const common = { ...commonFields(fields, key, account), kind: 'repost' as const };
  const reposted = postAt(fields.subject.uri);
  const original = account.original?.(fields.subject.uri);
  return {
    ...common,
    text: original ? `RT @${original.author}: ${original.text}` : '',
    url: reposted?.url,
    ...(reposted && { repostOf: withText(reposted, account) }),
    ...(original?.quote && { quote: original.quote }),
    ...(original?.language && { language: original.language }),
    ...(original?.limited && { limited: original.limited }),
    links: original?.links ?? [],
    media: original?.media ?? [],
  };
}

function commonFields(fields: { createdAt?: string }, key: RecordKey, account: Account) {
  const { did, username, name, asOf } = account;
  const stated = statedTime(fields.createdAt, key.rkey) ?? new Date(0);
  return {
    source: 'bluesky',
    id: addressOf(did, key),
    author: username,
    authorId: did,
    authorName: name,
    // A time after the export was made is a slip of a clock.
    createdAt: asOf && asOf < stated ? asOf : stated,
    ...(asOf && { asOf }),
  };
}

/** The time that the record states; that of its key when it states none. */
function statedTime(createdAt: unknown, rkey: string): Date | undefined {
  const time = typeof createdAt === 'string' ? timeOf(createdAt) : undefined;
  return time === undefined ? timeOfTid(rkey) : new Date(time);
}

/** An export knows the authors of the posts that are replied to by their ids alone. */
function replyFields({ reply }: PostFields, { did, username }: Account): Partial<Post> {
  if (!reply) return {};
  const { root, parent } = reply;
  return {
    ...(didOf(parent.uri) && { inReplyToId: parent.uri }),
    ...(isOwn(parent.uri, did) && { inReplyToAuthor: username }),
    ...(didOf(root.uri) && { threadId: root.uri }),
  };
}

/** The first language that is one, as BCP 47. */
function languageOf(tags: string[]): string | undefined {
  for (const tag of tags) {
    try {
      const [language] = Intl.getCanonicalLocales(tag);
      if (language && !/^(und|zxx|mul|mis)\b/.test(language)) return language;
    } catch {
      // Apps write what they like into this field, such as "en-12".
    }
  }
  return undefined;
}
