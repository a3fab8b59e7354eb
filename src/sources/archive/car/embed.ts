import { z } from 'zod';
import type { PostLink, PostMedia, QuotedPost } from '../../post.ts';
import { isWebAddress } from '../text.ts';
import { imageAddress, POST, parseAddress, videoAddress, webAddress } from './addresses.ts';
import { blob, list, optional, text } from './fields.ts';

/** What is attached to a post. */
export interface Attached {
  media: PostMedia[];
  links: PostLink[];
  quote?: QuotedPost;
}

const image = z.object({ image: blob, alt: optional(text) });
const recordLink = z.object({ uri: z.string() });

const pictures = z.object({
  $type: z.literal('app.bsky.embed.images'),
  images: list(image),
});
const gallery = z.object({ $type: z.literal('app.bsky.embed.gallery'), items: list(image) });
const video = z.object({
  $type: z.literal('app.bsky.embed.video'),
  video: blob,
  alt: optional(text),
});
const external = z.object({
  $type: z.literal('app.bsky.embed.external'),
  external: z.object({ uri: z.string() }),
});
const quoted = z.object({ $type: z.literal('app.bsky.embed.record'), record: recordLink });
const quotedWithMedia = z.object({
  $type: z.literal('app.bsky.embed.recordWithMedia'),
  record: z.object({ record: recordLink }),
  media: optional(z.discriminatedUnion('$type', [pictures, gallery, video, external])),
});

/** The kinds of attachments; others are passed over. */
export const embed = optional(
  z.discriminatedUnion('$type', [pictures, gallery, video, external, quoted, quotedWithMedia]),
);

type Embed = NonNullable<z.infer<typeof embed>>;

/** @param did of the account whose post it is. */
export function attachedTo(attached: Embed | undefined, did: string): Attached {
  switch (attached?.$type) {
    case 'app.bsky.embed.images':
      return { media: attached.images.map((item) => photo(item, did)), links: [] };
    case 'app.bsky.embed.gallery':
      return { media: attached.items.map((item) => photo(item, did)), links: [] };
    case 'app.bsky.embed.video':
      return {
        media: [{ type: 'video', url: videoAddress(did, attached.video), ...altOf(attached) }],
        links: [],
      };
    case 'app.bsky.embed.external':
      return { media: [], links: cardLink(attached.external.uri) };
    case 'app.bsky.embed.record':
      return { media: [], links: [], quote: postAt(attached.record.uri) };
    case 'app.bsky.embed.recordWithMedia':
      return { ...attachedTo(attached.media, did), quote: postAt(attached.record.record.uri) };
    default:
      return { media: [], links: [] };
  }
}

function photo(item: z.infer<typeof image>, did: string): PostMedia {
  return { type: 'photo', url: imageAddress('feed_fullsize', did, item.image), ...altOf(item) };
}

function altOf({ alt }: { alt?: string }) {
  return alt === undefined ? {} : { alt };
}

/** The address of a card often does not stand in the text: it is its own text then. */
function cardLink(uri: string): PostLink[] {
  return isWebAddress(uri) ? [{ text: uri, url: uri }] : [];
}

/** A post that another one quotes or reposts. An export has its address alone. */
export function postAt(uri: string): QuotedPost | undefined {
  const address = parseAddress(uri);
  if (address?.collection !== POST) return undefined;
  return { id: uri, url: webAddress(address) };
}
