import type { StoredProfile } from '../library/index.ts';
import type { Post, QuotedPost } from '../sources/post.ts';
import { cut } from '../text/cut.ts';
import { postUri, profileUri } from './uris.ts';

/** Posts and profiles as agents get them. Texts are cut, so that no answer is large. */

/** The longest text of a post in a list and alone, in UTF-16 code units. */
const MAX_LISTED = 1_000;
const MAX_WHOLE = 20_000;

/** The longest text of a quoted post, a name or an address. */
const MAX_QUOTED = 1_000;
const MAX_SHORT = 500;

/** How many links and pictures of a post are named. */
const MAX_ITEMS = 20;

/** @param isAlone the only post of an answer, with all of its text. */
export function postJson(post: Post, isAlone: boolean): Record<string, unknown> {
  const max = isAlone ? MAX_WHOLE : MAX_LISTED;
  const { source, id, kind, author, authorName, text, createdAt, url, inReplyToId } = post;
  const { likes, reposts, replies, language, limited } = post;
  return {
    uri: postUri(source, id),
    ...{ source, id, kind, author, authorName: cut(authorName, MAX_SHORT) },
    createdAt: createdAt.toISOString(),
    text: cut(text, max),
    ...(text.length > max && { textLength: text.length }),
    ...(url && { url: cut(url, MAX_SHORT) }),
    ...(inReplyToId && { inReplyTo: postUri(source, inReplyToId) }),
    ...(post.quote && { quote: quoted(post.quote) }),
    ...(post.repostOf && { repostOf: quoted(post.repostOf) }),
    ...(isAlone && extras(post)),
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
  return defined({ id, author, text: text && cut(text, MAX_QUOTED) });
}

export function profileJson(profile: StoredProfile): Record<string, unknown> {
  const { source, username, name, bio, location, website, followers, following, posts } = profile;
  return {
    uri: profileUri(source, username),
    ...{ source, username, name: cut(name, MAX_SHORT), bio: cut(bio, MAX_WHOLE) },
    ...defined({ location, website, followers, following, posts }),
    ...(profile.createdAt && { createdAt: profile.createdAt.toISOString() }),
    postsHeld: profile.postsHeld,
  };
}

function defined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
