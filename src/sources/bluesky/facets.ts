import { z } from 'zod';
import type { PostLink } from '../post.ts';

const facetSchema = z.object({
  index: z.object({ byteStart: z.int().nonnegative(), byteEnd: z.int().nonnegative() }),
  features: z.array(z.unknown()),
});

const linkSchema = z.object({
  $type: z.literal('app.bsky.richtext.facet#link'),
  uri: z.string().regex(/^https?:\/\/\S+$/i),
});

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The links that facets mark in a text. Facets count UTF-8 bytes; one that is out of range, empty, or
 * begins or ends inside a character is passed over.
 */
export function linksIn(text: string, facets: unknown): PostLink[] {
  if (!Array.isArray(facets) || facets.length === 0) return [];
  const bytes = new TextEncoder().encode(text);
  return facets.flatMap((entry) => {
    const facet = facetSchema.safeParse(entry).data;
    const link = facet?.features.map((feature) => linkSchema.safeParse(feature).data).find(Boolean);
    const part = facet && slice(bytes, facet.index.byteStart, facet.index.byteEnd);
    return link && part ? [{ text: part, url: link.uri }] : [];
  });
}

function slice(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (end > bytes.length || isInside(bytes, start) || isInside(bytes, end)) return undefined;
  return start < end ? decoder.decode(bytes.subarray(start, end)) : undefined;
}

/** Whether a position is inside of a character: its byte continues one. */
function isInside(bytes: Uint8Array, position: number): boolean {
  return ((bytes[position] ?? 0) & 0xc0) === 0x80;
}
