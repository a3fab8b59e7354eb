import { isFoundBy, joinedAt, soughtForms } from './forms.ts';
import type { WordMatch } from './query.ts';
import { findableTokens, type Token, tokensOf } from './tokens.ts';

/** A part of a text, in UTF-16 units; `to` is exclusive. */
export interface TextPart {
  from: number;
  to: number;
}

/** What is looked for: tokens in this order, or a word in any of its forms. */
interface Sought {
  tokens: string[];
  isPrefix: boolean;
  /** Empty when other forms are not meant. */
  forms: Set<string>;
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
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
  const sought = words ? soughtIn(words) : [];
  if (sought.length === 0) return [];
  const tokens = tokensOf(text);
  const found = sought.flatMap((one) => placesOf(one, tokens, language));
  return merged(ASCII.test(text) ? found : found.map((part) => wholeCharacters(text, part)));
}

function soughtIn(words: WordMatch): Sought[] {
  if ('not' in words) return [];
  if ('all' in words) return words.all.flatMap(soughtIn);
  if ('any' in words) return words.any.flatMap(soughtIn);
  const text = 'word' in words ? words.word : words.phrase;
  const tokens = findableTokens(text).map((token) => token.text);
  if (tokens.length === 0) return [];
  const isPrefix = 'word' in words && words.isPrefix === true;
  const isExact = isPrefix || 'phrase' in words || words.isExact === true;
  return [{ tokens, isPrefix, forms: new Set(isExact ? [] : formsOfWord(text)) }];
}

function formsOfWord(text: string): string[] {
  const tokens = findableTokens(text);
  const [only] = tokens;
  if (tokens.length === 1 && only) return soughtForms(only);
  const asOne = joinedAt(tokens, 0);
  return asOne?.end === tokens.length ? [asOne.text] : [];
}

function placesOf(sought: Sought, tokens: Token[], language?: string): TextPart[] {
  const places: TextPart[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const end = endOf(sought, tokens, at) || endOfForm(sought, tokens, at, language);
    const [first, last] = [tokens[at], tokens[end - 1]];
    if (first && last) places.push({ from: first.from, to: last.to });
  }
  return places;
}

/** @returns after which token a match ends that begins at `at`; 0 where none does. */
function endOf({ tokens: sought, isPrefix }: Sought, tokens: Token[], at: number): number {
  const length = sought.length;
  const isFound = sought.every((word, index) => {
    const text = tokens[at + index]?.text;
    return isPrefix && index === length - 1 ? text?.startsWith(word) === true : text === word;
  });
  if (isFound) return at + length;
  return 0;
}

/** The same for other forms of a word. */
function endOfForm({ forms }: Sought, tokens: Token[], at: number, language?: string): number {
  const token = tokens[at];
  if (!token || forms.size === 0) return 0;
  if (isFoundBy(forms, token, language)) return at + 1;
  const asOne = tokens[at - 1]?.isJoined ? undefined : joinedAt(tokens, at);
  return asOne && forms.has(asOne.text) ? asOne.end : 0;
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
  const near = graphemes.segment(text.slice(base, to + GRAPHEME_REACH));
  const first = near.containing(from - base);
  const last = near.containing(to - 1 - base);
  return {
    from: first ? Math.min(from, base + first.index) : from,
    to: last ? Math.max(to, base + last.index + last.segment.length) : to,
  };
}
