import { z } from 'zod';
import { decode, isWebAddress } from '../../archive/text.ts';
import { languageTag } from '../../language.ts';
import type { Post, PostLink, PostMedia, QuotedPost } from '../../post.ts';
import { count, id, list, optional, text, time } from '../schema.ts';
import { type Author, readAuthor } from './user.ts';
import { unwrap } from './visibility.ts';

const urlSchema = z.object({ url: z.string().min(1), expanded_url: text });

const mediaSchema = z.object({
  url: text,
  expanded_url: text,
  media_url_https: z.string().startsWith('https://'),
  type: z.enum(['photo', 'video', 'animated_gif']),
  ext_alt_text: text,
  video_info: optional(
    z.object({
      variants: list(
        z.object({
          bitrate: z.number().catch(0),
          content_type: z.literal('video/mp4'),
          url: z.string().startsWith('https://'),
        }),
      ),
    }),
  ),
});

const mentionSchema = z.object({ id_str: id, indices: z.tuple([z.number(), z.number()]) });

/** A field of the preview of a link. */
const bindingSchema = z.object({
  key: z.string(),
  value: z.object({ string_value: text }),
});

const editsSchema = optional(z.object({ edit_tweet_ids: list(id) }));

const wrappedSchema = optional(z.object({ result: z.unknown().optional() }));

const tweetSchema = z.object({
  rest_id: optional(id),
  core: z.object({ user_results: z.object({ result: z.unknown() }) }),
  note_tweet: optional(
    z.object({
      note_tweet_results: z.object({
        result: z.object({
          text: z.string().min(1),
          entity_set: optional(z.object({ urls: list(urlSchema) })),
        }),
      }),
    }),
  ),
  /** Directly, or inside of `edit_control_initial` for the later versions. */
  edit_control: optional(
    z.object({ edit_tweet_ids: optional(list(id)), edit_control_initial: editsSchema }),
  ),
  quoted_status_result: wrappedSchema,
  card: optional(z.object({ legacy: optional(z.object({ binding_values: list(bindingSchema) })) })),
  exclusive_tweet_info: optional(z.object({})),
  legacy: z.object({
    id_str: optional(id),
    created_at: time,
    full_text: z.string(),
    lang: text,
    conversation_id_str: optional(id),
    display_text_range: optional(z.tuple([z.number(), z.number()])),
    favorite_count: count,
    retweet_count: count,
    reply_count: count,
    in_reply_to_status_id_str: optional(id),
    in_reply_to_user_id_str: optional(id),
    in_reply_to_screen_name: text,
    quoted_status_id_str: optional(id),
    quoted_status_permalink: optional(z.object({ url: text, expanded: text })),
    retweeted_status_result: wrappedSchema,
    withheld_in_countries: optional(list(z.string())),
    entities: optional(
      z.object({
        urls: list(urlSchema),
        media: list(mediaSchema),
        user_mentions: list(mentionSchema),
      }),
    ),
    extended_entities: optional(z.object({ media: list(mediaSchema) })),
  }),
});

type Tweet = z.infer<typeof tweetSchema>;
type Media = z.infer<typeof mediaSchema>;

/**
 * Converts a tweet of the website's timelines. Long posts are whole, and so is the original of a repost.
 * A reply to oneself in a thread of one's own is a post; `inReplyToId` is set all the same.
 * @returns undefined when X does not show it, or it has no id, author, date or text.
 */
export function readTweet(result: unknown, asOf: Date): Post | undefined {
  const { tweet: wrapped, limited } = unwrap(result);
  if (wrapped === undefined) return undefined;
  const tweet = tweetSchema.safeParse(wrapped).data;
  const author = readAuthor(tweet?.core.user_results.result);
  const postId = tweet?.rest_id ?? tweet?.legacy.id_str;
  if (!tweet || !author || !postId) return undefined;
  const limits = limited ?? limitOf(tweet, author);
  const base = {
    source: 'x' as const,
    id: postId,
    author: author.username,
    authorId: author.id,
    authorName: author.name,
    createdAt: tweet.legacy.created_at,
    url: addressOf(author.username, postId),
    ...(limits && { limited: limits }),
    asOf,
  };
  const original = tweet.legacy.retweeted_status_result;
  if (original) return { ...base, kind: 'repost', ...repostOf(tweet, original.result, asOf) };
  return { ...base, kind: isReply(tweet, author) ? 'reply' : 'post', ...contentOf(tweet, postId) };
}

type Content = Omit<
  Post,
  'source' | 'id' | 'kind' | 'author' | 'authorId' | 'authorName' | 'createdAt' | 'url' | 'asOf'
>;

function contentOf(tweet: Tweet, postId: string): Content {
  const { legacy } = tweet;
  const attached = mediaOf(tweet);
  const note = tweet.note_tweet?.note_tweet_results.result;
  const text = withoutMediaLinks(decode(note?.text ?? legacy.full_text), attached);
  const language = languageTag(legacy.lang);
  const quote = quoteOf(tweet);
  const edits = earlierVersions(tweet, postId);
  const threadId = legacy.conversation_id_str;
  return {
    text,
    links: [...linksIn(text, tweet), ...cardLink(text, tweet)],
    media: attached.map(toMedia),
    ...(language && { language }),
    ...(legacy.in_reply_to_status_id_str && { inReplyToId: legacy.in_reply_to_status_id_str }),
    ...(legacy.in_reply_to_screen_name && { inReplyToAuthor: legacy.in_reply_to_screen_name }),
    ...(threadId && threadId !== postId && { threadId }),
    ...(quote && { quote }),
    ...(edits.length > 0 && { edits }),
    ...countsOf(tweet),
  };
}

/** The counts are those of the original, as on the website: X counts none for a repost. */
function repostOf(tweet: Tweet, result: unknown, asOf: Date): Content {
  const original = readTweet(result, asOf);
  if (!original) {
    const text = decode(tweet.legacy.full_text);
    return { text, links: linksIn(text, tweet), media: mediaOf(tweet).map(toMedia) };
  }
  const { author, text, links, media, language, limited } = original;
  return {
    text: `RT @${author}: ${text}`,
    repostOf: shownIn(original),
    links,
    media,
    ...(language && { language }),
    ...(limited && { limited }),
    ...(original.likes !== undefined && { likes: original.likes }),
    ...(original.reposts !== undefined && { reposts: original.reposts }),
    ...(original.replies !== undefined && { replies: original.replies }),
  };
}

/**
 * A reply to another user, or to oneself below a post of another user: X then begins the text with that
 * user's name and hides it from the display range.
 */
function isReply({ legacy }: Tweet, author: Author): boolean {
  if (!legacy.in_reply_to_status_id_str && !legacy.in_reply_to_user_id_str) return false;
  if (legacy.in_reply_to_user_id_str !== author.id) return true;
  const hiddenEnd = legacy.display_text_range?.[0] ?? 0;
  return (legacy.entities?.user_mentions ?? []).some(
    ({ id_str, indices }) => indices[1] <= hiddenEnd && id_str !== author.id,
  );
}

/** The quoted post, or what X tells about one that it does not show. */
function quoteOf({ quoted_status_result, legacy }: Tweet): QuotedPost | undefined {
  const quoted = readTweet(quoted_status_result?.result, new Date(0));
  if (quoted) return shownIn(quoted);
  if (!legacy.quoted_status_id_str) return undefined;
  const url = legacy.quoted_status_permalink?.expanded;
  const author = url?.match(/^https:\/\/(?:x|twitter)\.com\/(\w+)\/status\//)?.[1];
  return {
    id: legacy.quoted_status_id_str,
    ...(author && author !== 'i' && { author }),
    ...(isWebAddress(url) && { url }),
  };
}

/** A post as part of another one: with the targets of its links, because it has no list of them there. */
function shownIn({ id, author, authorName, text, url, links }: Post): QuotedPost {
  const readable = links.reduce(
    (whole, link) => (link.text === '' ? whole : whole.replaceAll(link.text, () => link.url)),
    text,
  );
  return { id, author, authorName, text: readable, url };
}

function earlierVersions({ edit_control: control }: Tweet, postId: string): { id: string }[] {
  const ids = control?.edit_control_initial?.edit_tweet_ids ?? control?.edit_tweet_ids ?? [];
  const position = ids.indexOf(postId);
  return ids.slice(0, Math.max(0, position)).map((id) => ({ id }));
}

function limitOf({ legacy, exclusive_tweet_info }: Tweet, author: Author): string | undefined {
  const countries = legacy.withheld_in_countries ?? [];
  if (exclusive_tweet_info) return 'for subscribers';
  if (author.isProtected) return 'for approved followers';
  return countries.length > 0 ? `withheld in ${countries.join(', ')}` : undefined;
}

function mediaOf({ legacy }: Tweet): Media[] {
  return legacy.extended_entities?.media ?? legacy.entities?.media ?? [];
}

function toMedia(item: Media): PostMedia {
  const best = item.video_info?.variants.toSorted((a, b) => b.bitrate - a.bitrate)[0];
  return {
    type: item.type,
    url: best?.url ?? item.media_url_https,
    ...(item.ext_alt_text && { alt: decode(item.ext_alt_text) }),
  };
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

/**
 * The address of a link's preview when the text has no link to it, which is a link without a text. X
 * gives it as a short one.
 */
function cardLink(text: string, tweet: Tweet): PostLink[] {
  const values = tweet.card?.legacy?.binding_values ?? [];
  const short = values.find(({ key }) => key === 'card_url')?.value.string_value;
  if (!short || text.includes(short)) return [];
  const known = tweet.legacy.entities?.urls.find(({ url }) => url === short);
  const url = isWebAddress(known?.expanded_url) ? known.expanded_url : short;
  return isWebAddress(url) && !text.includes(url) ? [{ text: '', url }] : [];
}

/** The links in the text. It keeps X's `https://t.co/…` addresses, as the texts of an archive do. */
function linksIn(text: string, { legacy, note_tweet }: Tweet): PostLink[] {
  const quoted = legacy.quoted_status_permalink;
  const links = [
    ...(note_tweet?.note_tweet_results.result.entity_set?.urls ?? []),
    ...(legacy.entities?.urls ?? []),
    ...(legacy.extended_entities?.media ?? legacy.entities?.media ?? []),
    { url: quoted?.url, expanded_url: quoted?.expanded },
  ];
  const found = new Map<string, PostLink>();
  for (const { url, expanded_url } of links) {
    if (!url || found.has(url) || !text.includes(url)) continue;
    const target = isWebAddress(expanded_url) ? expanded_url : url;
    if (isWebAddress(target)) found.set(url, { text: url, url: target });
  }
  return [...found.values()];
}

function countsOf({ legacy }: Tweet): Pick<Post, 'likes' | 'reposts' | 'replies'> {
  return {
    ...(legacy.favorite_count !== undefined && { likes: legacy.favorite_count }),
    ...(legacy.retweet_count !== undefined && { reposts: legacy.retweet_count }),
    ...(legacy.reply_count !== undefined && { replies: legacy.reply_count }),
  };
}

function addressOf(username: string, postId: string): string {
  return `https://x.com/${username}/status/${postId}`;
}
