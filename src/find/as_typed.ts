import type { WordMatch } from './query.ts';

/** The same words without their other forms; `undefined` when none has any. */
export function asTyped(words: WordMatch): WordMatch | undefined {
  const typed = exact(words);
  return typed === words ? undefined : typed;
}

function exact(match: WordMatch): WordMatch {
  if ('word' in match) return match.isPrefix || match.isExact ? match : { ...match, isExact: true };
  if ('not' in match || 'phrase' in match) return match;
  const parts = 'all' in match ? match.all : match.any;
  const typed = parts.map(exact);
  if (typed.every((one, index) => one === parts[index])) return match;
  return 'all' in match ? { all: typed } : { any: typed };
}
