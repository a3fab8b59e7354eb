import { createKept } from './kept.ts';
import type { Queries } from './queries.ts';

/**
 * Of more words, all lists are merged at once by SQLite: that takes 0.1 µs for each post that any of them has, while
 * each post passed takes so much for each word when they are looked for one by one.
 */
const MAX_WORDS = 64;

const NEXT = 'SELECT term FROM post_terms WHERE term >= $from AND term < $end LIMIT 1';

/**
 * @returns a function that makes one for a query, which lists the words of the index that begin so; none when they are,
 * with those it listed before, more than 64. Each takes 0.04 ms, however many posts have it.
 */
export function createWordsFrom(queries: Queries): () => (beginning: string) => string[] {
  const kept = createKept<string[]>(queries);

  function read(beginning: string): string[] {
    const words: string[] = [];
    const end = `${beginning}\u{10ffff}`;
    for (let from = beginning; words.length <= MAX_WORDS; ) {
      const [next] = queries.all<{ term: string }>(NEXT, { from, end });
      if (!next) return words;
      words.push(next.term);
      // With "greater than", all posts with the former word would be passed.
      from = `${next.term}\u0001`;
    }
    return [];
  }

  return function forQuery() {
    let left = MAX_WORDS;
    return (beginning) => {
      const words = kept(beginning, () => read(beginning));
      if (words.length > left) return [];
      left -= words.length;
      return words;
    };
  };
}
