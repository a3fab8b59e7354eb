import { z } from 'zod';
import type { PostLink } from '../../post.ts';
import { isWebAddress } from '../text.ts';
import { list } from './fields.ts';

const LINK = 'app.bsky.richtext.facet#link';

const position = z.number().int().nonnegative();

/** Parts of a text that are links, mentions or tags. Their range is in bytes of UTF-8. */
export const facets = list(
  z.object({
    index: z.object({ byteStart: position, byteEnd: position }),
    features: list(z.object({ $type: z.literal(LINK), uri: z.string() })),
  }),
);

/** The links of a text, without those whose range is outside of it or ends inside a character. */
export function linksOf(text: string, found: z.infer<typeof facets>): PostLink[] {
  if (found.length === 0) return [];
  const bytes = Buffer.from(text);
  return found.flatMap(({ index: { byteStart, byteEnd }, features }) => {
    const url = features.find(({ uri }) => isWebAddress(uri))?.uri;
    const isPart = byteStart < byteEnd && byteEnd <= bytes.length;
    if (!url || !isPart || isInside(bytes, byteStart) || isInside(bytes, byteEnd)) return [];
    return { text: bytes.toString('utf8', byteStart, byteEnd), url };
  });
}

/** Whether a position is between the bytes of one character. */
function isInside(bytes: Buffer, position: number): boolean {
  return ((bytes[position] ?? 0) & 0xc0) === 0x80;
}
