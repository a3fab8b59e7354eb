import { z } from 'zod';
import type { PostLink, PostMedia, QuotedPost } from '../post.ts';
import { optional, text, webAddress } from './fields.ts';
import { postUrl } from './urls.ts';

/** What is attached to a post. */
export interface Attached {
  media: PostMedia[];
  /** The address of a card below the text. */
  cards: string[];
  quote?: QuotedPost;
}

const imageSchema = z.object({ fullsize: webAddress, alt: text });
const videoSchema = z.object({
  playlist: webAddress,
  alt: text,
  presentation: optional(z.string()),
});
const externalSchema = z.object({ external: z.object({ uri: webAddress }) });

const quotedSchema = z.object({
  uri: z.string().startsWith('at://'),
  author: optional(z.object({ handle: optional(z.string()), displayName: text })),
  value: optional(z.object({ text: optional(z.string()) })),
});

const POST = '/app.bsky.feed.post/';

/**
 * Reads the view of an embed. Kinds that are unknown are passed over, and so are pictures without an
 * address. A quoted post that is deleted, blocked or detached has its id only.
 */
export function readEmbed(embed: unknown): Attached {
  const view = Object(embed) as Record<string, unknown>;
  switch (view.$type) {
    case 'app.bsky.embed.images#view':
      return { ...NOTHING, media: pictures(view.images) };
    case 'app.bsky.embed.gallery#view':
      return { ...NOTHING, media: pictures(view.items) };
    case 'app.bsky.embed.video#view':
      return { ...NOTHING, media: video(view) };
    case 'app.bsky.embed.external#view':
      return { ...NOTHING, cards: card(view) };
    case 'app.bsky.embed.record#view':
      return { ...NOTHING, quote: quoted(view.record) };
    case 'app.bsky.embed.recordWithMedia#view': {
      const { record } = Object(view.record) as { record?: unknown };
      return { ...readEmbed(view.media), quote: quoted(record) };
    }
    default:
      return NOTHING;
  }
}

const NOTHING: Attached = { media: [], cards: [] };

/** The cards whose address does not stand in the text, as links without a text. */
export function cardLinks(cards: string[], links: PostLink[], postText: string): PostLink[] {
  const known = new Set(links.map(({ url }) => url));
  return cards
    .filter((url) => !known.has(url) && !postText.includes(url))
    .map((url) => ({ text: '', url }));
}

function pictures(items: unknown): PostMedia[] {
  return (Array.isArray(items) ? items : []).flatMap((item) => {
    const image = imageSchema.safeParse(item).data;
    return image ? [{ type: 'photo' as const, url: image.fullsize, ...withAlt(image.alt) }] : [];
  });
}

function video(view: unknown): PostMedia[] {
  const read = videoSchema.safeParse(view).data;
  if (!read) return [];
  const type = read.presentation === 'gif' ? 'animated_gif' : 'video';
  return [{ type, url: read.playlist, ...withAlt(read.alt) }];
}

function card(view: unknown): string[] {
  const read = externalSchema.safeParse(view).data;
  return read ? [read.external.uri] : [];
}

function quoted(record: unknown): QuotedPost | undefined {
  const read = quotedSchema.safeParse(record).data;
  // Lists, feeds and starter packs are embedded like posts.
  if (!read?.uri.includes(POST)) return undefined;
  const { uri, author, value } = read;
  return {
    id: uri,
    ...(author?.handle && { author: author.handle }),
    ...(author?.handle && { authorName: author.displayName ?? author.handle }),
    ...(value?.text !== undefined && { text: value.text }),
    url: postUrl(uri),
  };
}

function withAlt(alt: string | undefined): { alt?: string } {
  return alt ? { alt } : {};
}
