import type { Post } from '../../sources/post.ts';

/** An address is cut here: what follows are ids, which nobody types. In UTF-16 units. */
const MAX_ADDRESS_LENGTH = 300;

/** What besides its own text a post is found by. */
export const ATTACHED = ['link', 'media', 'quoteAuthor', 'quoteAuthorName', 'quote'] as const;

export interface AttachedText {
  in: (typeof ATTACHED)[number];
  /** Which of the post's links or media, from 0. */
  index?: number;
  text: string;
}

/** The texts of a post that the index of words has in one column: never empty ones. */
export function attachedTexts({
  text,
  links,
  media,
  quote,
}: Pick<Post, 'text' | 'links' | 'media' | 'quote'>): AttachedText[] {
  const { author = '', authorName = '', text: quoted = '' } = quote ?? {};
  const attached: AttachedText[] = [
    // An address that stands in the text is found there.
    ...links.map(({ url }, index) => ({
      in: 'link' as const,
      index,
      text: text.includes(url) ? '' : addressOf(url),
    })),
    ...media.map(({ alt = '' }, index) => ({ in: 'media' as const, index, text: alt })),
    { in: 'quoteAuthor', text: author },
    { in: 'quoteAuthorName', text: authorName },
    { in: 'quote', text: quoted },
  ];
  return attached.filter((each) => each.text !== '');
}

function addressOf(url: string): string {
  const address = url.slice(0, MAX_ADDRESS_LENGTH);
  try {
    return decodeURIComponent(address);
  } catch {
    return address;
  }
}
