import { z } from 'zod';
import { timeOf } from '../../../platform/time.ts';
import type { Post, PostKind, PostLink } from '../../post.ts';
import { addressOf, POST, parseAddress, REPOST, webAddress } from './addresses.ts';
import { attachedTo, embed, postAt } from './embed.ts';
import { facets, linksOf } from './facets.ts';
import { list, optional } from './fields.ts';
import { timeOfTid } from './tid.ts';

/** Whose posts an export has. */
export interface Account {
  did: string;
  username: string;
  name: string;
  /** When the export was made. */
  asOf?: Date;
}

export interface RecordKey {
  collection: typeof POST | typeof REPOST;
  rkey: string;
}

const recordLink = z.object({ uri: z.string() });

const postSchema = z.object({
  $type: z.literal(POST),
  text: z.string(),
  createdAt: optional(z.string()),
  langs: list(z.string()),
  reply: optional(z.object({ root: recordLink, parent: recordLink })),
  facets,
  embed,
  labels: optional(z.object({ values: list(z.object({ val: z.string() })) })),
});

const repostSchema = z.object({
  $type: z.literal(REPOST),
  subject: recordLink,
  createdAt: optional(z.string()),
});

type PostFields = z.infer<typeof postSchema>;

/**
 * What a record is. A post in a thread of one's own is no reply: both its parent and the first post of
 * the thread are the account's.
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
  if (!createdAt(fields.createdAt, rkey)) return { unreadable: 'it has no date' };
  if (collection === REPOST) {
    if (postAt(String(fields.subject?.uri))) return 'repost';
    return { unreadable: 'it names no post' };
  }
  if (typeof fields.text !== 'string') return { unreadable: 'it has no text' };
  if (fields.reply === undefined) return 'post';
  return isOwn(fields.reply?.parent?.uri, did) && isOwn(fields.reply?.root?.uri, did)
    ? 'post'
    : 'reply';
}

function isOwn(uri: unknown, did: string): boolean {
  return typeof uri === 'string' && uri.startsWith(`at://${did}/`);
}

/** Converts a record that `kindOf` can read. */
export function toPost(record: unknown, key: RecordKey, account: Account): Post {
  return key.collection === POST
    ? ownPost(postSchema.parse(record), key, account)
    : repost(repostSchema.parse(record), key, account);
}

function ownPost(fields: PostFields, key: RecordKey, account: Account): Post {
  const { links, media, quote } = attachedTo(fields.embed, account.did);
  const language = languageOf(fields.langs);
  const limited = limitedBy(fields);
  return {
    ...commonFields(fields, key, account),
    kind: kindOf(fields, key, account.did) as PostKind,
    text: fields.text,
    url: webAddress({ did: account.did, rkey: key.rkey }),
    links: withCards(linksOf(fields.text, fields.facets), links),
    media,
    ...(quote && { quote }),
    ...(language && { language }),
    ...(limited && { limited }),
    ...replyFields(fields, account),
  };
}

/** An export has no text of reposts, only the address of the original. */
function repost(fields: z.infer<typeof repostSchema>, key: RecordKey, account: Account): Post {
  const original = postAt(fields.subject.uri);
  return {
    ...commonFields(fields, key, account),
    kind: 'repost',
    text: '',
    ...(original?.url && { url: original.url }),
    ...(original && { repostOf: original }),
    links: [],
    media: [],
  };
}

function commonFields(
  fields: { createdAt?: string },
  { collection, rkey }: RecordKey,
  { did, username, name, asOf }: Account,
) {
  return {
    source: 'bluesky',
    id: addressOf({ did, collection, rkey }),
    author: username,
    authorId: did,
    authorName: name,
    createdAt: createdAt(fields.createdAt, rkey) as Date,
    ...(asOf && { asOf }),
  };
}

/** The date that the record states; that of its key when it states none. */
function createdAt(stated: unknown, rkey: string): Date | undefined {
  const time = typeof stated === 'string' ? timeOf(stated) : undefined;
  return time === undefined ? timeOfTid(rkey) : new Date(time);
}

/** An export knows the authors of replied posts by their ids alone, except its own account. */
function replyFields({ reply }: PostFields, { did, username }: Account): Partial<Post> {
  if (!reply) return {};
  const { root, parent } = reply;
  return {
    ...(parseAddress(root.uri) && { threadId: root.uri }),
    ...(parseAddress(parent.uri) && { inReplyToId: parent.uri }),
    ...(isOwn(parent.uri, did) && { inReplyToAuthor: username }),
  };
}

/** The first language that is one, as BCP 47. */
function languageOf(languages: string[]): string | undefined {
  for (const code of languages) {
    try {
      const [language] = Intl.getCanonicalLocales(code);
      if (language && !/^(und|zxx|mul|mis)\b/.test(language)) return language;
    } catch {
      // Apps write what they like into this field, such as "en-12".
    }
  }
  return undefined;
}

/** Labels that authors set themselves, and that hide a post from some readers. */
const LABELS: Record<string, string> = {
  sexual: 'labelled as sexual by its author',
  nudity: 'labelled as nudity by its author',
  porn: 'labelled as pornography by its author',
  'graphic-media': 'labelled as graphic by its author',
  '!no-unauthenticated': 'shown to signed-in readers only',
};

function limitedBy({ labels }: PostFields): string | undefined {
  const words = labels?.values.flatMap(({ val }) => LABELS[val] ?? []) ?? [];
  return words.length > 0 ? words.join(', ') : undefined;
}

/** Cards usually show a link of the text. */
function withCards(links: PostLink[], cards: PostLink[]): PostLink[] {
  return [...links, ...cards.filter((card) => links.every((link) => link.url !== card.url))];
}
