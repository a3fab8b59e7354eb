import { once } from '../platform/once.ts';

/** Where a part of a text is, in UTF-16 units. */
export interface Extent {
  from: number;
  to: number;
}

/** Texts of at most so many tokens are embedded whole. */
export const WHOLE_TOKENS = 100;

/** Longer ones are embedded in parts of at most so many: what a long text says at its end gets lost in more. */
export const PART_TOKENS = 60;

/**
 * Cuts a text at the ends of its sentences into parts of at most `PART_TOKENS`, without the space around
 * them. A longer sentence is cut between words, a longer word between characters.
 */
export function partsOf(text: string, countTokens: (text: string) => number): Extent[] {
  const parts: (Extent & { tokens: number })[] = [];
  for (const piece of piecesOf(text, countTokens)) {
    const last = parts.at(-1);
    if (last && last.tokens + piece.tokens <= PART_TOKENS) {
      last.to = piece.to;
      last.tokens += piece.tokens;
    } else {
      parts.push({ ...piece });
    }
  }
  return parts.map(({ from, to }) => trimmed(text, from, to)).filter(({ from, to }) => from < to);
}

type Piece = Extent & { tokens: number };

function* piecesOf(text: string, countTokens: (text: string) => number): Generator<Piece> {
  for (const { from, to } of sentencesOf(text)) {
    const tokens = countTokens(text.slice(from, to));
    if (tokens <= PART_TOKENS) yield { from, to, tokens };
    else yield* wordsOf(text, from, to, countTokens);
  }
}

// The same on every machine, whatever its language.
const sentences = once(() => new Intl.Segmenter('en', { granularity: 'sentence' }));

function* sentencesOf(text: string): Generator<Extent> {
  for (const { segment, index } of sentences().segment(text)) {
    yield { from: index, to: index + segment.length };
  }
}

function* wordsOf(
  text: string,
  start: number,
  end: number,
  countTokens: (text: string) => number,
): Generator<Piece> {
  for (const match of text.slice(start, end).matchAll(/\S+\s*|\s+/gu)) {
    const from = start + match.index;
    const to = from + match[0].length;
    const tokens = countTokens(match[0]);
    if (tokens <= PART_TOKENS) yield { from, to, tokens };
    else yield* cutApart(text, from, to);
  }
}

/** A character is one token, or hardly more. */
function* cutApart(text: string, from: number, to: number): Generator<Piece> {
  for (let at = from; at < to; ) {
    const end = Math.min(to, wholeCharacters(text, at + PART_TOKENS));
    yield { from: at, to: end, tokens: end - at };
    at = end;
  }
}

/** The nearest place before `at` that is not inside of a character. */
export function wholeCharacters(text: string, at: number): number {
  const isInside = /^[\udc00-\udfff]/.test(text.slice(at, at + 1));
  return isInside && /[\ud800-\udbff]$/.test(text.slice(0, at).slice(-1)) ? at - 1 : at;
}

function trimmed(text: string, from: number, to: number): Extent {
  const part = text.slice(from, to);
  const start = from + (part.length - part.trimStart().length);
  return { from: start, to: Math.max(start, from + part.trimEnd().length) };
}
