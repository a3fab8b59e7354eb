import { BREAK, FOLD_VERSION, indexedForms, tokensOf } from '../../find/index.ts';
import type { PostLink, PostMedia, QuotedPost } from '../../sources/post.ts';
import type { PostRow } from '../post_row.ts';
import { factsOf } from './facts.ts';

/** What the index of words has of a post. */
export type IndexedRow = Pick<
  PostRow,
  'text' | 'author_name' | 'kind' | 'source' | 'language' | 'links' | 'media' | 'quote'
>;

/** Increases whenever rows of the index are made differently: its columns, or its words. */
export const INDEX_VERSION = 1000 * 1 + FOLD_VERSION;

/** An address is cut here: what follows are ids, which nobody types. In UTF-16 units. */
const MAX_ADDRESS_LENGTH = 300;

/** Stems of names would be those of other words: of these, other spellings only. */
const OF_NAMES = 'zxx';

/** A post's row in the index of words, by its columns. */
export function indexedWords(row: IndexedRow) {
  const text = tokensOf(row.text);
  const names = tokensOf(row.author_name);
  const attached = tokensOf(attachedOf(row));
  const language = row.language ?? undefined;
  const forms = new Set([
    ...indexedForms(text, language),
    ...indexedForms(names, OF_NAMES),
    ...indexedForms(attached, language),
  ]);
  return {
    text: joined(text),
    author_name: joined(names),
    attached: joined(attached),
    stems: [...forms].join(' '),
    facts: factsOf(row),
  };
}

const joined = (tokens: { text: string }[]) => tokens.map(({ text }) => text).join(' ');

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
  return texts.filter((each) => each !== '').join(` ${BREAK} `);
}

function addressOf(url: string): string {
  const address = url.slice(0, MAX_ADDRESS_LENGTH);
  try {
    return decodeURIComponent(address);
  } catch {
    return address;
  }
}
