import Negotiator from 'negotiator';
import { ENCODINGS, type Encoding } from '../assets/compress.ts';

/**
 * The encoding for a response, by the client's weights and then by `order`; undefined if the client
 * prefers an uncompressed body or sends no `Accept-Encoding`.
 */
export function encodingFor(
  request: Request,
  order: readonly Encoding[] = ENCODINGS,
): Encoding | undefined {
  const accepted = request.headers.get('accept-encoding')?.toLowerCase();
  if (!accepted) return undefined;
  const negotiator = new Negotiator({ headers: { 'accept-encoding': accepted } }) as Weighing;
  const offers = [...order, 'identity'];
  const [best] = negotiator.encodings(offers, { preferred: offers });
  return order.find((encoding) => encoding === best);
}

/** Signature of negotiator 1.1.0; its types are for 0.6. */
interface Weighing {
  encodings(offers: string[], order: { preferred: string[] }): string[];
}

/** One tag for each encoding of a content: `"1x2y3z-br"`. */
export function etagOf(hash: string, encoding: Encoding | undefined): string {
  return encoding ? `"${hash}-${encoding}"` : `"${hash}"`;
}

const FORM = /(?:-[a-z]+)+$/;

/**
 * The client's tag for this content, in any encoding. Proxies that compress change tags to
 * `W/"1x2y3z"` (nginx) or `"1x2y3z-gzip"` (Apache).
 */
export function knownTag(request: Request, hash: string): string | undefined {
  const known = request.headers.get('if-none-match')?.match(/\*|(?:W\/)?"[^"]*"/g) ?? [];
  return known.find(
    (tag) => tag === '*' || tag.replace(/^W\//, '').slice(1, -1).replace(FORM, '') === hash,
  );
}
