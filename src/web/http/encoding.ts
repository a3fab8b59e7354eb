import Negotiator from 'negotiator';
import { ENCODINGS, type Encoding } from '../assets/compress.ts';

/**
 * What the body of an answer may be compressed with, by the client's weights and then by `order`;
 * undefined when it wants it as it is, or does not say.
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

/** What negotiator 1.1.0 takes; its types are of 0.6. */
interface Weighing {
  encodings(offers: string[], order: { preferred: string[] }): string[];
}

/** One for each form of a content: `"1x2y3z-br"`. */
export function etagOf(hash: string, encoding: Encoding | undefined): string {
  return encoding ? `"${hash}-${encoding}"` : `"${hash}"`;
}

const FORM = /(?:-[a-z]+)+$/;

/**
 * The tag by which the client knows this content, in whatever form it has it. Proxies that compress
 * hand tags back as `W/"1x2y3z"` (nginx) or `"1x2y3z-gzip"` (Apache).
 */
export function knownTag(request: Request, hash: string): string | undefined {
  const known = request.headers.get('if-none-match')?.match(/\*|(?:W\/)?"[^"]*"/g) ?? [];
  return known.find(
    (tag) => tag === '*' || tag.replace(/^W\//, '').slice(1, -1).replace(FORM, '') === hash,
  );
}
