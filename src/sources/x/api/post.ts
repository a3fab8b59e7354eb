import { decode } from '../../archive/text.ts';
import { languageTag } from '../../language.ts';
import type { Post, PostKind, PostMedia, PostVersion, QuotedPost } from '../../post.ts';
import type { ApiMedia, ApiPost, ApiUser } from './answers.ts';
import { type Content, contentOf } from './text.ts';

/** What an answer has besides a post. */
export interface Surroundings {
  users: ReadonlyMap<string, Pick<ApiUser, 'username' | 'name'>>;
  media: ReadonlyMap<string, ApiMedia>;
  /** Quoted and reposted posts by id, as far as they could be read. */
  originals: ReadonlyMap<string, ApiPost>;
  /** When the answer was given. */
  asOf: Date;
}

/** @returns undefined when the author's name is not known. */
export function toPost(post: ApiPost, around: Surroundings): Post | undefined {
  const author = around.users.get(post.author_id);
  if (!author) return undefined;
  const original = originalOf(post, 'retweeted', around);
  const shown = original?.post ?? post;
  const { text, links } = contentOfPost(shown);
  const repostOf = original?.quoted;
  return {
    source: 'x',
    id: post.id,
    kind: kindOf(post),
    author: author.username,
    authorId: post.author_id,
    authorName: decode(author.name),
    text: repostOf?.text === undefined ? text : `RT @${repostOf.author ?? 'i'}: ${text}`,
    createdAt: post.created_at,
    url: addressOf(author.username, post.id),
    links,
    media: mediaOf(shown, around),
    ...(repostOf && { repostOf }),
    ...optionalFields(post, shown, around),
    asOf: around.asOf,
  };
}

/** The ids of the posts whose contents belong to this one: what it quotes or reposts. */
export function originalsOf({ references }: ApiPost): string[] {
  return references.filter(({ type }) => type !== 'replied_to').map(({ id }) => id);
}

/** The author's own threads are posts: they continue a post and answer nobody. */
function kindOf(post: ApiPost): PostKind {
  if (post.references.some(({ type }) => type === 'retweeted')) return 'repost';
  return post.references.some(({ type }) => type === 'replied_to') && answersOthers(post)
    ? 'reply'
    : 'post';
}

/**
 * A reply to another user, or to oneself below a post of another user: X then begins the text with that
 * user's name and hides it from the display range.
 */
function answersOthers({ author_id, ...post }: ApiPost): boolean {
  if (post.in_reply_to_user_id !== author_id) return true;
  const hiddenEnd = post.display_text_range?.[0] ?? 0;
  const mentions = post.entities?.mentions ?? [];
  return mentions.some(({ id, end = Infinity }) => end <= hiddenEnd && id !== author_id);
}

function optionalFields(post: ApiPost, shown: ApiPost, around: Surroundings): Partial<Post> {
  const language = languageTag(shown.lang);
  const quote = originalOf(shown, 'quoted', around)?.quoted;
  const limited = limitOf(shown);
  const edits = editsOf(post);
  // X counts for a repost what its original has, and only as reposts.
  const isCounted = kindOf(post) !== 'repost' || shown !== post;
  const { like_count, reply_count, retweet_count, repost_count } = shown.public_metrics ?? {};
  return {
    ...(language && { language }),
    ...replyFields(post, around),
    ...(quote && { quote }),
    ...(edits.length > 0 && { edits }),
    ...(limited && { limited }),
    ...(isCounted &&
      defined({ likes: like_count, reposts: retweet_count ?? repost_count, replies: reply_count })),
  };
}

function replyFields(post: ApiPost, { users }: Surroundings): Partial<Post> {
  const parent = post.references.find(({ type }) => type === 'replied_to')?.id;
  const to = post.in_reply_to_user_id;
  const mention = post.entities?.mentions?.find(({ id }) => id !== undefined && id === to);
  const inReplyToAuthor = to && (users.get(to)?.username ?? mention?.username);
  const { conversation_id: root } = post;
  return {
    ...(parent && { inReplyToId: parent }),
    ...(parent && inReplyToAuthor && { inReplyToAuthor }),
    ...(root && root !== post.id && { threadId: root }),
  };
}

interface Original {
  /** Undefined when it could not be read. */
  post?: ApiPost;
  quoted: QuotedPost;
}

function originalOf(
  post: ApiPost,
  type: 'quoted' | 'retweeted',
  around: Surroundings,
): Original | undefined {
  const id = post.references.find((reference) => reference.type === type)?.id;
  if (id === undefined) return undefined;
  const original = around.originals.get(id);
  const user = original && around.users.get(original.author_id);
  const author = user?.username ?? nameIn(post, id, original?.author_id);
  const quoted: QuotedPost = {
    id,
    ...(author && { author }),
    ...(user && { authorName: decode(user.name) }),
    ...(original && { text: contentOfPost(original).text }),
    url: addressOf(author ?? 'i', id),
  };
  return { post: original, quoted };
}

/** X names the author of an original in the text of a repost, and in the address of a quoted post. */
function nameIn(post: ApiPost, id: string, authorId?: string): string | undefined {
  const { urls = [], mentions = [] } = post.entities ?? {};
  const mention = authorId && mentions.find((mention) => mention.id === authorId);
  if (mention) return mention.username;
  const repost = /^RT @(\w+):/.exec(post.text);
  if (repost) return repost[1];
  const address = new RegExp(`^https://(?:twitter|x)\\.com/(\\w+)/status/${id}(?!\\d)`);
  const names = urls.map(({ expanded_url: target }) => address.exec(target ?? '')?.[1]);
  return names.find((name) => name !== undefined && name !== 'i');
}

/** A long post has its whole text, and the links of it, in a note. */
function contentOfPost({ text, note, entities }: ApiPost): Content {
  const urls = entities?.urls ?? [];
  return contentOf(note?.text ?? text, [...(note?.entities?.urls ?? []), ...urls]);
}

function mediaOf({ attachments }: ApiPost, { media }: Surroundings): PostMedia[] {
  return (attachments?.media_keys ?? []).flatMap((key) => {
    const item = media.get(key);
    return item ? (toMedia(item) ?? []) : [];
  });
}

function toMedia({ type, url, preview_image_url, alt_text, variants }: ApiMedia) {
  const best = variants?.toSorted((a, b) => b.bit_rate - a.bit_rate)[0]?.url;
  const address = best ?? url ?? preview_image_url;
  if (!address?.startsWith('https://')) return undefined;
  return { type, url: address, ...(alt_text && { alt: decode(alt_text) }) };
}

/** X lists every version of a post, this one included, oldest first. */
function editsOf({ id, editHistory }: ApiPost): PostVersion[] {
  const place = editHistory.indexOf(id);
  return editHistory.slice(0, Math.max(0, place)).map((version) => ({ id: version }));
}

function limitOf({ possibly_sensitive, withheld }: ApiPost): string | undefined {
  const countries = withheld?.country_codes ?? [];
  const reasons = [
    possibly_sensitive && 'marked as sensitive',
    withheld?.copyright && 'withheld because of a copyright claim',
    countries.length > 0 && `withheld in ${countries.join(', ')}`,
  ];
  return reasons.filter(Boolean).join('; ') || undefined;
}

function addressOf(author: string, id: string): string {
  return `https://x.com/${author}/status/${id}`;
}

function defined<Fields extends object>(fields: Fields): Partial<Fields> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<Fields>;
}
