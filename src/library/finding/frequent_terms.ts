import { indexMatch, type MatchTerm, tokensOf } from '../../find/index.ts';
import { AS_WRITTEN } from './conditions.ts';
import { factsOf } from './facts.ts';
import type { IndexedRow } from './indexed_words.ts';
import type { ListLimits } from './list_limits.ts';
import type { Queries } from './queries.ts';
import { INDEXED_COLUMNS } from './word_index.ts';

/** So many posts are looked at, all over the library. */
const SAMPLED = 300;

/** Half of those that all lists may be at a million posts. */
const MAX_TERMS = 64;

/** So much of what is read in the background a list probably has: what is counted in 300 posts is uncertain. */
const LEAST_SHARE = 0.75;

const SAMPLE = `
  SELECT ${INDEXED_COLUMNS.join(', ')} FROM json_each($keys) AS given
  CROSS JOIN posts ON posts.key = given.value`;

/** @returns a function that tells the words and facts that most posts have, the most frequent first. */
export function createFrequentTerms(
  { one, all }: Queries,
  { leastPosts, atOnce }: ListLimits,
): () => MatchTerm[] {
  function sample(newest: number): IndexedRow[] {
    const keys = Array.from({ length: SAMPLED }, (_, i) => Math.ceil((newest * (i + 1)) / SAMPLED));
    return all<IndexedRow>(SAMPLE, { keys: JSON.stringify(keys) });
  }

  return function frequentTerms() {
    const newest = one<{ key: number | null }>('SELECT max(key) AS key FROM posts').key ?? 0;
    if (newest < leastPosts) return [];
    const counts = new Map<string, { term: MatchTerm; count: number }>();
    const rows = sample(newest);
    for (const row of rows)
      for (const term of termsOf(row)) {
        const known = counts.get(term.term);
        if (known) known.count++;
        else counts.set(term.term, { term, count: 1 });
      }
    return [...counts.values()]
      .filter(({ count }) => (count * newest) / rows.length >= atOnce * LEAST_SHARE)
      .sort((a, b) => b.count - a.count)
      .slice(0, MAX_TERMS)
      .map(({ term }) => term);
  };
}

/** Each once, as finds look for them. */
function termsOf(row: IndexedRow): MatchTerm[] {
  const words = new Set(tokensOf(row.text).map(({ text }) => text));
  const sought = [...words].flatMap((word) => {
    const tree = indexMatch({ word }, AS_WRITTEN)?.tree;
    return tree && 'term' in tree ? [tree] : [];
  });
  const facts = factsOf(row)
    .split(' ')
    .map((fact) => ({ term: `"${fact}"`, isPrefix: false }));
  return [...new Map([...sought, ...facts].map((term) => [term.term, term])).values()];
}
