import { z } from 'zod';
import type { Post, PostKind, PostLink, PostMedia, Profile } from '../post.ts';
import { decode, isWebAddress } from './text.ts';

const digits = z.string().regex(/^\d+$/);
const optional = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined);
const list = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .array(schema.nullable().catch(null))
    .catch([])
    .transform((items) => items.filter((item) => item !== null));

const mediaSchema = z.object({
  url: optional(z.string()),
  expanded_url: optional(z.string()),
  media_url_https: z.string().startsWith('https://'),
  type: z.enum(['photo', 'video', 'animated_gif']),
  ext_alt_text: optional(z.string().min(1)),
  video_info: optional(
    z.object({
      variants: list(
        z.object({
          bitrate: z.coerce.number().catch(0),
          content_type: z.literal('video/mp4'),
          url: z.string().startsWith('https://'),
        }),
      ),
    }),
  ),
});
const media = list(mediaSchema);

/** The fields of a tweet that are read. X writes ids and counts as strings, and omits empty fields. */
const tweetSchema = z.object({
  id_str: digits,
  created_at: z
    .string()
    .transform((text) => new Date(text))
    .refine((date) => !Number.isNaN(date.getTime())),
  full_text: z.string(),
  lang: optional(z.string()),
  favorite_count: optional(z.coerce.number().int().nonnegative()),
  retweet_count: optional(z.coerce.number().int().nonnegative()),
  in_reply_to_status_id_str: optional(digits),
  in_reply_to_screen_name: optional(z.string().min(1)),
  entities: z
    .object({
      urls: list(z.object({ url: z.string(), expanded_url: z.string() })),
      media,
    })
    .catch({ urls: [], media: [] }),
  extended_entities: optional(z.object({ media })),
});

type Tweet = z.infer<typeof tweetSchema>;
type Media = z.infer<typeof mediaSchema>;

/** The full text of a post, from the file of long posts. */
export interface LongText {
  text: string;
  links: PostLink[];
}

/** Finds the full text of a post by its time and the beginning of its text. */
export type FindLongText = (createdAt: Date, text: string) => LongText | undefined;

/**
 * Converts an entry of a tweets file. A reply to oneself, as in a thread, is a reply too: an archive has
 * no conversation ids, so `threadId` stays absent. The author of a repost is the archive's account, and
 * its text is usually cut by X.
 * @returns undefined when the entry has no id, date or text.
 */
export function toPost(
  entry: unknown,
  author: Profile,
  findLongText: FindLongText,
): Post | undefined {
  const tweet = tweetSchema.safeParse(normalised(entry)).data;
  if (!tweet) return undefined;
  const cutText = decode(tweet.full_text);
  const long = findLongText(tweet.created_at, cutText);
  const attached = tweet.extended_entities?.media ?? tweet.entities.media;
  const text = withoutMediaLinks(long?.text ?? cutText, attached);
  return {
    source: 'archive',
    id: tweet.id_str,
    kind: kindOf(tweet),
    author: author.username,
    authorName: author.name,
    text,
    createdAt: tweet.created_at,
    url: `https://x.com/${author.username}/status/${tweet.id_str}`,
    links: linksIn(text, [...(long?.links ?? []), ...linksOf(tweet, attached)]),
    media: attached.map(toMedia),
    ...optionalFields(tweet),
  };
}

/** Entries of 2019 lack the wrapper, and older ones have only `id` and `text`. */
function normalised(entry: unknown): unknown {
  const { tweet = entry } = Object(entry) as { tweet?: unknown };
  const fields = Object(tweet) as Record<string, unknown>;
  return {
    ...fields,
    id_str: fields.id_str ?? fields.id,
    full_text: fields.full_text ?? fields.text,
    in_reply_to_status_id_str: fields.in_reply_to_status_id_str ?? fields.in_reply_to_status_id,
  };
}

/** By the text, because `retweeted` is always false in an archive. */
function kindOf(tweet: Tweet): PostKind {
  if (tweet.full_text.startsWith('RT @')) return 'repost';
  return tweet.in_reply_to_status_id_str ? 'reply' : 'post';
}

/** Removes the t.co links of pictures at the end of the text: `media` has them. */
function withoutMediaLinks(text: string, attached: Media[]): string {
  const addresses = attached.flatMap(({ url }) => url || []);
  let rest = text;
  for (;;) {
    const last = addresses.find((address) => rest.trimEnd().endsWith(address));
    if (!last) return rest;
    rest = rest.trimEnd().slice(0, -last.length).trimEnd();
  }
}

function linksOf(tweet: Tweet, attached: Media[]): PostLink[] {
  return [...tweet.entities.urls, ...attached].map(({ url = '', expanded_url = '' }) => ({
    text: url,
    url: expanded_url,
  }));
}

/**
 * The links in the text, without duplicates. The text keeps X's `https://t.co/…` URLs: unlike the
 * shortened URL that X displays, they are unique in the text.
 */
function linksIn(text: string, links: PostLink[]): PostLink[] {
  const found = new Map<string, PostLink>();
  for (const link of links) {
    if (!link.text || found.has(link.text)) continue;
    if (text.includes(link.text) && isWebAddress(link.url)) found.set(link.text, link);
  }
  return [...found.values()];
}

function toMedia(item: Media): PostMedia {
  const best = item.video_info?.variants.toSorted((a, b) => b.bitrate - a.bitrate)[0];
  return {
    type: item.type,
    url: best?.url ?? item.media_url_https,
    ...(item.ext_alt_text && { alt: item.ext_alt_text }),
  };
}

function optionalFields(tweet: Tweet): Partial<Post> {
  const isReply = kindOf(tweet) === 'reply';
  const language = languageOf(tweet.lang);
  return {
    ...(language && { language }),
    ...(isReply && { inReplyToId: tweet.in_reply_to_status_id_str }),
    ...(isReply &&
      tweet.in_reply_to_screen_name && { inReplyToAuthor: tweet.in_reply_to_screen_name }),
    ...(tweet.favorite_count !== undefined && { likes: tweet.favorite_count }),
    ...(tweet.retweet_count !== undefined && { reposts: tweet.retweet_count }),
  };
}

/**
 * As BCP 47 (X writes `in` and `iw` for Indonesian and Hebrew). Undefined for what is no language:
 * `und`, `zxx`, `art` and X's own codes for posts of only links, tags or pictures (`qme`, `qht`, …),
 * which ISO 639 reserves for private use.
 */
function languageOf(code = ''): string | undefined {
  if (!/^[a-z]{2,3}(-[a-z\d]{2,8})*$/i.test(code)) return undefined;
  if (/^(und|zxx|mul|mis|art|q[a-t][a-z])$/i.test(code)) return undefined;
  return Intl.getCanonicalLocales(code)[0];
}
