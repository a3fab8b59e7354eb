import type { PostLink, PostMedia, QuotedPost } from '../../sources/post.ts';
import type { PostRow } from '../post_row.ts';
import { toIndexedWords } from '../words.ts';
import { factsOf, withoutFacts } from './facts.ts';

/** What the index of words has of a post. */
export type IndexedRow = Pick<
  PostRow,
  'text' | 'author_name' | 'kind' | 'source' | 'language' | 'links' | 'media' | 'quote'
>;

/** Increases whenever rows of the index are made differently. */
export const INDEX_VERSION = 1;

/** An address is cut here: what follows are ids, which nobody types. In UTF-16 units. */
const MAX_ADDRESS_LENGTH = 300;

/** A word between two texts, so that no phrase goes from one to the other. */
const BREAK = ' \ue002 ';

/** A post's row in the index of words, by its columns. */
export function indexedWords(row: IndexedRow) {
  const text = words(row.text);
  const author_name = words(row.author_name);
  const attached = words(attachedOf(row));
  return { text, author_name, attached, stems: '', facts: factsOf(row) };
}

const words = (text: string) => (text === '' ? '' : toIndexedWords(withoutFacts(text)));

function attachedOf({ text, links, media, quote }: IndexedRow): string {
  const texts: string[] = [];
  if (links !== '[]') {
    for (const { url } of JSON.parse(links) as PostLink[])
      if (!text.includes(url)) texts.push(addressOf(url));
  }
  if (media !== '[]') {
    for (const { alt } of JSON.parse(media) as PostMedia[]) if (alt) texts.push(alt);
  }
  if (quote !== null) {
    const { author = '', authorName = '', text: quoted = '' } = JSON.parse(quote) as QuotedPost;
    texts.push(author, authorName, quoted);
  }
  return texts.filter((each) => each !== '').join(BREAK);
}

function addressOf(url: string): string {
  const address = url.slice(0, MAX_ADDRESS_LENGTH);
  try {
    return decodeURIComponent(address);
  } catch {
    return address;
  }
}
