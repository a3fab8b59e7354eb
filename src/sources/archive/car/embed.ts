import { z } from 'zod';
import type { Attached } from '../../bluesky/embeds.ts';
import { optional, text, webAddress } from '../../bluesky/fields.ts';
import { postUrl } from '../../bluesky/urls.ts';
import type { PostMedia, QuotedPost } from '../../post.ts';
import { imageAddress, videoAddress } from './addresses.ts';
import { blob, list } from './fields.ts';

const image = z.object({ image: blob, alt: text });
const recordLink = z.object({ uri: z.string() });

const pictures = z.object({ $type: z.literal('app.bsky.embed.images'), images: list(image) });
const gallery = z.object({ $type: z.literal('app.bsky.embed.gallery'), items: list(image) });
const video = z.object({
  $type: z.literal('app.bsky.embed.video'),
  video: blob,
  alt: text,
  presentation: optional(z.string()),
});
const external = z.object({
  $type: z.literal('app.bsky.embed.external'),
  external: z.object({ uri: webAddress }),
});
const quoted = z.object({ $type: z.literal('app.bsky.embed.record'), record: recordLink });
const quotedWithMedia = z.object({
  $type: z.literal('app.bsky.embed.recordWithMedia'),
  record: z.object({ record: recordLink }),
  media: optional(z.discriminatedUnion('$type', [pictures, gallery, video, external])),
});

/** What a record has attached. Kinds that are unknown are passed over. */
export const embed = optional(
  z.discriminatedUnion('$type', [pictures, gallery, video, external, quoted, quotedWithMedia]),
);

type Embed = z.infer<typeof embed>;

/** The address of the quoted record, in an attachment as it is in the export. */
export function quotedAddress(attached: unknown): unknown {
  const { record } = Object(attached);
  return record?.uri ?? record?.record?.uri;
}

/** @param did of the account whose post it is. */
export function attachedTo(attached: Embed, did: string): Attached {
  switch (attached?.$type) {
    case 'app.bsky.embed.images':
      return { cards: [], media: attached.images.map((item) => photo(item, did)) };
    case 'app.bsky.embed.gallery':
      return { cards: [], media: attached.items.map((item) => photo(item, did)) };
    case 'app.bsky.embed.video':
      return { cards: [], media: [film(attached, did)] };
    case 'app.bsky.embed.external':
      return { cards: [attached.external.uri], media: [] };
    case 'app.bsky.embed.record':
      return { cards: [], media: [], quote: postAt(attached.record.uri) };
    case 'app.bsky.embed.recordWithMedia':
      return { ...attachedTo(attached.media, did), quote: postAt(attached.record.record.uri) };
    default:
      return { cards: [], media: [] };
  }
}

function photo(item: z.infer<typeof image>, did: string): PostMedia {
  return { type: 'photo', url: imageAddress('feed_fullsize', did, item.image), ...altOf(item) };
}

function film(item: z.infer<typeof video>, did: string): PostMedia {
  const type = item.presentation === 'gif' ? 'animated_gif' : 'video';
  return { type, url: videoAddress(did, item.video), ...altOf(item) };
}

function altOf({ alt }: { alt?: string }) {
  return alt ? { alt } : {};
}

/** A post that another one quotes or reposts; lists and feeds are none. An export has its id alone. */
export function postAt(uri: string): QuotedPost | undefined {
  const url = postUrl(uri);
  return url === undefined ? undefined : { id: uri, url };
}
