import { englishStem } from './stems/english.ts';
import { frenchStem, germanStem, spanishStem } from './stems/light.ts';
import { type Token, tokensOf } from './tokens.ts';

interface Stemmer {
  sign: string;
  stem: (word: string) => string;
  /** A stem that is the word itself is not in the index: it is found as the word, in any language. */
  isSparse: boolean;
}

/**
 * Stemmers by language. A stem begins with a sign of its language, so that it is not taken for a word, nor
 * for a stem of another language.
 */
const STEMMERS: Record<string, Stemmer> = {
  en: { sign: '\ue010', stem: englishStem, isSparse: true },
  de: { sign: '\ue011', stem: germanStem, isSparse: false },
  fr: { sign: '\ue012', stem: frenchStem, isSparse: false },
  es: { sign: '\ue013', stem: spanishStem, isSparse: false },
};
const ALL: readonly string[] = Object.keys(STEMMERS);
const ONLY = Object.fromEntries(ALL.map((name) => [name, [name]]));
const STEMMED = /^[a-z]{3,40}$/;
/** Longer ones are addresses and file names. */
const MAX_JOINED = 4;

interface Stems {
  /** For each language, with its sign. */
  signed: Partial<Record<string, string>>;
  /** Those that are found as words. */
  bare: string[];
}

const NO_STEMS: Stems = { signed: {}, bare: [] };
const MAX_CACHED = 50_000;
const cache = new Map<string, Stems>();

/** What a word is looked for by when its other forms are meant: itself, and its stems in all languages. */
export function soughtForms(token: Token): string[] {
  const words = spellingsOf(token);
  const stems = words.map(stemsOf);
  const signed = stems.flatMap((each) => Object.values(each.signed) as string[]);
  return [...new Set([...words, ...stems.flatMap((each) => each.bare), ...signed])];
}

/**
 * Whether a word of a text is found by one of these `soughtForms`.
 * @param language BCP 47 tag of the text; absent when unknown.
 */
export function isFoundBy(forms: ReadonlySet<string>, token: Token, language?: string): boolean {
  return hasForm(forms, token.text, language) || hasForm(forms, token.spelling, language);
}

function hasForm(forms: ReadonlySet<string>, word: string | undefined, language?: string): boolean {
  if (word === undefined) return false;
  if (forms.has(word)) return true;
  const { signed } = stemsOf(word);
  return languagesOf(language).some((name) => forms.has(signed[name] ?? ''));
}

const spellingsOf = ({ text, spelling }: Token) => (spelling ? [text, spelling] : [text]);

/**
 * The words that the index has besides a text's own: stems, other spellings (mueller for Müller), and words
 * written with a hyphen or an apostrophe as one (wifi for wi-fi).
 * @param language BCP 47 tag of the text; absent when unknown.
 */
export function indexedForms(tokens: Token[], language?: string): string[] {
  const names = languagesOf(language);
  return tokens.flatMap((token, at) => {
    const joined = tokens[at - 1]?.isJoined ? undefined : joinedAt(tokens, at)?.text;
    const others = [token.spelling, joined].filter((word) => word !== undefined);
    return [...others, ...[token.text, ...others].flatMap((word) => signedStems(word, names))];
  });
}

/** A text for the index: its words, and in another column its `indexedForms`. */
export function indexText(text: string, language?: string): { words: string; forms: string } {
  const tokens = tokensOf(text);
  return {
    words: tokens.map((token) => token.text).join(' '),
    forms: indexedForms(tokens, language).join(' '),
  };
}

/** The tokens from `at` on that are written without a space between them, as one word. */
export function joinedAt(tokens: Token[], at: number): { text: string; end: number } | undefined {
  let end = at;
  while (tokens[end]?.isJoined) end++;
  const length = end - at + 1;
  if (length < 2 || length > MAX_JOINED) return undefined;
  const parts = tokens.slice(at, end + 1).map((token) => token.text);
  return { text: parts.join(''), end: end + 1 };
}

function signedStems(word: string, names: readonly string[]): string[] {
  const { signed } = stemsOf(word);
  return names.flatMap((name) => {
    const stem = signed[name];
    const isWord = STEMMERS[name]?.isSparse && stem?.slice(1) === word;
    return stem === undefined || isWord ? [] : [stem];
  });
}

function languagesOf(tag: string | undefined): readonly string[] {
  if (!tag) return ALL;
  const name = tag.slice(0, 2).toLowerCase();
  const isWhole = tag.length === 2 || tag[2] === '-' || tag[2] === '_';
  if (isWhole && name in STEMMERS) return ONLY[name] ?? [];
  return tag.toLowerCase() === 'und' ? ALL : [];
}

function stemsOf(word: string): Stems {
  let stems = cache.get(word);
  if (!stems) {
    stems = STEMMED.test(word) ? stemAll(word) : NO_STEMS;
    if (cache.size >= MAX_CACHED) cache.clear();
    cache.set(word, stems);
  }
  return stems;
}

function stemAll(word: string): Stems {
  const stems: Stems = { signed: {}, bare: [] };
  for (const [name, { sign, stem, isSparse }] of Object.entries(STEMMERS)) {
    const bare = stem(word);
    stems.signed[name] = sign + bare;
    if (isSparse) stems.bare.push(bare);
  }
  return stems;
}
