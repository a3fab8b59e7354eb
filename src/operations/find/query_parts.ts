import type { FindQuery, WordMatch } from '../../find/query.ts';

export function isUnfiltered({ filters }: FindQuery): boolean {
  return Object.values(filters).every((value) => Array.isArray(value) && value.length === 0);
}

/** What holds for finds by meaning, too: phrases, and what is excluded. */
export function hardWords(words: WordMatch): WordMatch | undefined {
  const parts = 'all' in words ? words.all : [words];
  const hard = parts.filter((part) => 'not' in part || 'phrase' in part);
  return hard.length > 1 ? { all: hard } : hard[0];
}
