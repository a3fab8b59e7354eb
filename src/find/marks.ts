import { once } from '../platform/once.ts';
import { isFoundBy, joinedAt, soughtForms } from './forms.ts';
import type { WordMatch } from './query.ts';
import { findableTokens, type Token, tokensOf } from './tokens.ts';

/** A part of a text, in UTF-16 units; `to` is exclusive. */
export interface TextPart {
  from: number;
  to: number;
}

/** What is looked for: one lookup a word of the text, however much it is. */
interface Sought {
  /** Tokens in this order, by the first of them. */
  phrases: Map<string, Phrase[]>;
  /** Beginnings of single words. */
  prefixes: Set<string>;
  /** Words in any of their forms. */
  forms: Set<string>;
}

interface Phrase {
  tokens: string[];
  /** The last one is the beginning of a word. */
  isPrefix: boolean;
}

const graphemes = once(() => new Intl.Segmenter('en', { granularity: 'grapheme' }));
/** Enough for what people see as one character, such as a family of emoji, on either side. */
const GRAPHEME_REACH = 40;
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant.
const ASCII = /^[\x00-\x7f]*$/;

/**
 * Where a text has the words of a find, in order and without overlaps. What is excluded is not marked. A
 * mark never splits what people see as one character.
 * @param language BCP 47 tag of the text: other forms of a word are those of this language.
 */
export function markMatches(
  text: string,
  words: WordMatch | undefined,
  language?: string,
): TextPart[] {
  const sought: Sought = { phrases: new Map(), prefixes: new Set(), forms: new Set() };
  if (words) collect(words, sought);
  const tokens = tokensOf(text);
  const found = tokens.flatMap((_, at) => placeAt(at, sought, tokens, language) ?? []);
  return merged(ASCII.test(text) ? found : found.map((part) => wholeCharacters(text, part)));
}

function collect(words: WordMatch, sought: Sought): void {
  if ('not' in words) return;
  if ('all' in words || 'any' in words) {
    for (const part of 'all' in words ? words.all : words.any) collect(part, sought);
    return;
  }
  const tokens = findableTokens('word' in words ? words.word : words.phrase);
  const isPrefix = 'word' in words && words.isPrefix === true;
  const isExact = isPrefix || 'phrase' in words || words.isExact === true;
  if (!isExact) for (const form of formsOfWord(tokens)) sought.forms.add(form);
  addPhrase({ tokens: tokens.map((token) => token.text), isPrefix }, sought);
}

function addPhrase(phrase: Phrase, { phrases, prefixes }: Sought): void {
  const [first] = phrase.tokens;
  if (first === undefined) return;
  if (phrase.isPrefix && phrase.tokens.length === 1) prefixes.add(first);
  const others = phrases.get(first) ?? [];
  const isKnown = others.some(
    (other) => other.isPrefix === phrase.isPrefix && other.tokens.join() === phrase.tokens.join(),
  );
  if (!isKnown) phrases.set(first, [...others, phrase]);
}

function formsOfWord(tokens: Token[]): string[] {
  const [only] = tokens;
  if (tokens.length === 1 && only) return soughtForms(only);
  const asOne = joinedAt(tokens, 0);
  return asOne?.end === tokens.length ? [asOne.text] : [];
}

/** The longest match that begins with a token. */
function placeAt(
  at: number,
  sought: Sought,
  tokens: Token[],
  language?: string,
): TextPart | undefined {
  const token = tokens[at] as Token;
  const phrases = sought.phrases.get(token.text) ?? [];
  const ends = phrases.filter((phrase) => isAt(phrase, tokens, at)).map((one) => one.tokens.length);
  const isForm = sought.forms.size > 0 && isFoundBy(sought.forms, token, language);
  if (isForm || beginsWith(token.text, sought.prefixes)) ends.push(1);
  const asOne = tokens[at - 1]?.isJoined ? undefined : joinedAt(tokens, at);
  if (asOne && sought.forms.has(asOne.text)) ends.push(asOne.end - at);
  const last = tokens[at + Math.max(0, ...ends) - 1];
  return ends.length > 0 && last ? { from: token.from, to: last.to } : undefined;
}

function isAt({ tokens: phrase, isPrefix }: Phrase, tokens: Token[], at: number): boolean {
  return phrase.every((word, index) => {
    const text = tokens[at + index]?.text;
    const isBeginning = isPrefix && index === phrase.length - 1;
    return isBeginning ? text?.startsWith(word) === true : text === word;
  });
}

function beginsWith(text: string, prefixes: Set<string>): boolean {
  for (const prefix of prefixes) if (text.startsWith(prefix)) return true;
  return false;
}

function merged(parts: TextPart[]): TextPart[] {
  const sorted = parts.sort((one, other) => one.from - other.from || other.to - one.to);
  const result: TextPart[] = [];
  for (const part of sorted) {
    const last = result.at(-1);
    if (last && part.from < last.to) last.to = Math.max(last.to, part.to);
    else result.push({ ...part });
  }
  return result;
}

/** The part, up to the ends of the characters that it begins and ends in. */
export function wholeCharacters(text: string, { from, to }: TextPart): TextPart {
  const base = Math.max(0, from - GRAPHEME_REACH);
  const near = graphemes().segment(text.slice(base, to + GRAPHEME_REACH));
  const first = near.containing(from - base);
  const last = near.containing(to - 1 - base);
  return {
    from: first ? Math.min(from, base + first.index) : from,
    to: last ? Math.max(to, base + last.index + last.segment.length) : to,
  };
}
