import type { StoredProfile } from '../library/index.ts';
import type { Post, QuotedPost } from '../sources/post.ts';
import { cut, head } from '../text/cut.ts';
import { postUri, profileUri } from './uris.ts';

/** Posts and profiles as agents get them. Texts are cut, so that no answer is large. */

/** The longest text of a post in a list, in UTF-16 code units. */
const MAX_LISTED = 1_000;

/** The longest part of the text of a post alone, and the longest bio, in UTF-16 code units. */
export const MAX_PART = 20_000;

/** The longest text of a quoted post, a name or an address. */
const MAX_QUOTED = 1_000;
const MAX_SHORT = 500;

/** How many links and pictures of a post are named. */
const MAX_ITEMS = 20;

/** A post in a list: the beginning of its text. */
export function listedPostJson(post: Post): Record<string, unknown> {
  const { text } = post;
  return postJson(post, {
    text: cut(text, MAX_LISTED),
    ...(text.length > MAX_LISTED && { textLength: text.length }),
  });
}

/**
 * The only post of an answer: all of its text, or, of a long one, the part from `offset` on, with
 * `nextOffset` where another follows. The parts of a text have nothing between them.
 * @param offset in UTF-16 code units, 0 or more.
 */
export function wholePostJson(post: Post, offset: number): Record<string, unknown> {
  const { text } = post;
  const part = head(text.slice(offset), MAX_PART);
  const end = offset + part.length;
  const parts = {
    text: part,
    ...(part.length < text.length && { offset, textLength: text.length }),
    ...(end < text.length && { nextOffset: end }),
  };
  return postJson(post, { ...parts, ...extras(post) });
}

/** @param more its text, as much of it as there is place for, and what else is told. */
function postJson(post: Post, more: Record<string, unknown>): Record<string, unknown> {
  const { source, id, kind, author, authorName, createdAt, url, inReplyToId } = post;
  const { likes, reposts, replies, language, limited } = post;
  return {
    uri: postUri(source, id),
    ...{ source, id, kind, author, authorName: cut(authorName, MAX_SHORT) },
    createdAt: createdAt.toISOString(),
    ...more,
    ...(url && { url: cut(url, MAX_SHORT) }),
    ...(inReplyToId && { inReplyTo: postUri(source, inReplyToId) }),
    ...(post.quote && { quote: quoted(post.quote) }),
    ...(post.repostOf && { repostOf: quoted(post.repostOf) }),
    ...defined({ likes, reposts, replies, language, limited }),
  };
}

function extras({ links, media }: Post): Record<string, unknown> {
  return {
    ...(links.length > 0 && {
      links: links.slice(0, MAX_ITEMS).map(({ url }) => cut(url, MAX_SHORT)),
    }),
    ...(media.length > 0 && {
      media: media.slice(0, MAX_ITEMS).map(({ type, url, alt }) => ({
        type,
        url: cut(url, MAX_SHORT),
        ...(alt && { alt: cut(alt, MAX_QUOTED) }),
      })),
    }),
  };
}

function quoted({ id, author, text }: QuotedPost): Record<string, unknown> {
  const isLong = text !== undefined && text.length > MAX_QUOTED;
  return {
    ...defined({ id, author, text: text && cut(text, MAX_QUOTED) }),
    ...(isLong && { textLength: text.length }),
  };
}

export function profileJson(profile: StoredProfile): Record<string, unknown> {
  const { source, username, name, bio, location, website, followers, following, posts } = profile;
  return {
    uri: profileUri(source, username),
    ...{ source, username, name: cut(name, MAX_SHORT), bio: cut(bio, MAX_PART) },
    ...defined({ location: location && cut(location, MAX_SHORT) }),
    ...defined({ website: website && cut(website, MAX_SHORT), followers, following, posts }),
    ...(profile.createdAt && { createdAt: profile.createdAt.toISOString() }),
    postsHeld: profile.postsHeld,
  };
}

function defined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
