import { BREAK, FOLD_VERSION, indexedForms, tokensOf } from '../../find/index.ts';
import type { PostLink, PostMedia, QuotedPost } from '../../sources/post.ts';
import type { PostRow } from '../post_row.ts';
import { attachedTexts } from './attached.ts';
import { factsOf } from './facts.ts';

/** What the index of words has of a post. */
export type IndexedRow = Pick<
  PostRow,
  'text' | 'author' | 'author_name' | 'kind' | 'source' | 'language' | 'links' | 'media' | 'quote'
>;

/** Increases whenever rows of the index are made differently: its columns, or its words. */
export const INDEX_VERSION = 1000 * 2 + FOLD_VERSION;

/** A post's row in the index of words, by its columns. */
export function indexedWords(row: IndexedRow) {
  const text = tokensOf(row.text);
  const name = indexedName(row.author_name);
  const attachedText = attachedOf(row);
  const attached = attachedText === '' ? [] : tokensOf(attachedText);
  const language = row.language ?? undefined;
  const forms = [formsOf(text, language), name.forms, formsOf(attached, language)];
  return {
    text: joined(text),
    author_name: name.words,
    attached: joined(attached),
    stems: forms.join(' ').trim(),
    facts: factsOf(row),
  };
}

/** Stems of names would be those of other words: of these, other spellings only. */
const OF_NAMES = 'zxx';

const MAX_CACHED = 20_000;
const MAX_LANGUAGES = 20;
const names = new Map<string, { words: string; forms: string }>();

/** Posts of one author follow each other. */
function indexedName(name: string): { words: string; forms: string } {
  let indexed = names.get(name);
  if (!indexed) {
    const tokens = tokensOf(name);
    indexed = { words: joined(tokens), forms: indexedForms(tokens, OF_NAMES).join(' ') };
    if (names.size >= MAX_CACHED) names.clear();
    names.set(name, indexed);
  }
  return indexed;
}

function joined(tokens: { text: string }[]): string {
  let words = '';
  for (const { text } of tokens) words += words === '' ? text : ` ${text}`;
  return words;
}

type Tokens = ReturnType<typeof tokensOf>;

const formsByLanguage = new Map<string, Map<string, string>>();

/** The other forms of words. Of a word that stands alone and has one spelling they are kept: most are. */
function formsOf(tokens: Tokens, language: string | undefined): string {
  const kept = keptForms(language);
  const forms: string[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const begin = at;
    while (tokens[at]?.isJoined) at++;
    const token = tokens[begin] as Tokens[number];
    if (at > begin || token.spelling)
      forms.push(...indexedForms(tokens.slice(begin, at + 1), language));
    else forms.push(keptForm(kept, token, language));
  }
  return forms.filter((form) => form !== '').join(' ');
}

function keptForm(kept: Map<string, string>, token: Tokens[number], language?: string): string {
  let form = kept.get(token.text);
  if (form === undefined) {
    form = indexedForms([token], language).join(' ');
    if (kept.size >= MAX_CACHED) kept.clear();
    kept.set(token.text, form);
  }
  return form;
}

function keptForms(language = ''): Map<string, string> {
  let kept = formsByLanguage.get(language);
  if (!kept) {
    kept = new Map();
    if (formsByLanguage.size >= MAX_LANGUAGES) formsByLanguage.clear();
    formsByLanguage.set(language, kept);
  }
  return kept;
}

function attachedOf({ text, links, media, quote }: IndexedRow): string {
  if (links === '[]' && media === '[]' && quote === null) return '';
  const attached = attachedTexts({
    text,
    links: JSON.parse(links) as PostLink[],
    media: JSON.parse(media) as PostMedia[],
    ...(quote !== null && { quote: JSON.parse(quote) as QuotedPost }),
  });
  return attached.map((each) => each.text).join(` ${BREAK} `);
}
