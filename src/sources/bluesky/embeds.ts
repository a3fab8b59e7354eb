import type { PostLink, PostMedia, QuotedPost } from '../post.ts';
import { type Fields, fieldsOf, listOf, startingWith, textOf, webAddressOf } from './fields.ts';
import { postUrl } from './urls.ts';

/** What is attached to a post. */
export interface Attached {
  media: PostMedia[];
  /** The address of a card below the text. */
  cards: string[];
  quote?: QuotedPost;
}

const POST = '/app.bsky.feed.post/';

/**
 * Reads the view of an embed. Kinds that are unknown are passed over, and so are pictures without an
 * address. A quoted post that is deleted, blocked or detached has its id only.
 */
export function readEmbed(embed: unknown): Attached {
  const view = fieldsOf(embed);
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
      return { ...readEmbed(view.media), quote: quoted(fieldsOf(view.record).record) };
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
  return listOf(items).flatMap((item) => {
    const { fullsize, alt } = fieldsOf(item);
    const url = webAddressOf(fullsize);
    return url ? [{ type: 'photo' as const, url, ...withAlt(alt) }] : [];
  });
}

function video({ playlist, presentation, alt }: Fields): PostMedia[] {
  const url = webAddressOf(playlist);
  const type = presentation === 'gif' ? 'animated_gif' : 'video';
  return url ? [{ type, url, ...withAlt(alt) }] : [];
}

function card({ external }: Fields): string[] {
  const url = webAddressOf(fieldsOf(external).uri);
  return url ? [url] : [];
}

function quoted(record: unknown): QuotedPost | undefined {
  const fields = fieldsOf(record);
  const uri = startingWith('at://', fields.uri);
  // Lists, feeds and starter packs are embedded like posts.
  if (!uri?.includes(POST)) return undefined;
  const { handle, displayName } = fieldsOf(fields.author);
  const author = textOf(handle);
  const { text } = fieldsOf(fields.value);
  return {
    id: uri,
    ...(author && { author, authorName: textOf(displayName) ?? author }),
    ...(typeof text === 'string' && { text }),
    url: postUrl(uri),
  };
}

function withAlt(alt: unknown): { alt?: string } {
  const text = textOf(alt);
  return text ? { alt: text } : {};
}
