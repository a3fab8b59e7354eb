/// <reference path="./stopword.d.ts" />
import type { WordMatch } from './query.ts';

let lists: readonly ReadonlySet<string>[] | undefined;

/**
 * Which of these parts are words such as "the" and "how", that say little about what is meant: those of the
 * language that has the most of them.
 */
export async function stopWordsIn(parts: WordMatch[]): Promise<ReadonlySet<WordMatch>> {
  // All languages take a while to load, and most finds are of one word.
  lists ??= Object.values(await import('stopword'))
    .filter((list) => Array.isArray(list))
    .map((list) => new Set(list));
  let most = new Set<WordMatch>();
  for (const list of lists) {
    const found = parts.filter((part) => 'word' in part && list.has(part.word.toLowerCase()));
    if (found.length > most.size) most = new Set(found);
  }
  return most;
}
