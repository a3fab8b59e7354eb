import { anyWordOf, type MatchTerm } from '../../find/index.ts';
import type { ListLimits } from './list_limits.ts';
import type { Queries } from './queries.ts';
import { createWordsFrom } from './words_from.ts';

const KEYS = 'SELECT json_group_array(rowid) AS keys FROM post_words WHERE post_words MATCH $term';
const BETWEEN = `${KEYS} AND rowid > $after AND rowid <= $to`;
const NEWEST = `
  SELECT json_group_array(rowid) AS keys FROM (
    SELECT rowid FROM post_words WHERE post_words MATCH $term
    ORDER BY rowid DESC LIMIT $limit)`;

/** Reads which posts match a term, from SQLite's index of words. */
export function createReading(queries: Queries, { atOnce }: ListLimits) {
  const wordsFrom = createWordsFrom(queries);
  const read = (sql: string, bindings: Record<string, string | number>) =>
    JSON.parse(queries.one<{ keys: string }>(sql, bindings).keys) as number[];

  /** As the index answers it now: SQLite merges all words that begin so before it gives the first match. */
  function expressionOf(term: MatchTerm): string {
    const words = term.beginning === undefined ? [] : wordsFrom()(term.beginning);
    return words.length > 0 ? anyWordOf(term, words) : term.term;
  }

  return {
    expressionOf,
    /** All matches, unless they are too many to be read at once. */
    atOnce(term: MatchTerm): number[] | undefined {
      const expression = expressionOf(term);
      const isMerged = term.isPrefix && expression === term.term;
      const keys = read(isMerged ? KEYS : NEWEST, { term: expression, limit: atOnce + 1 });
      return isMerged || keys.length <= atOnce ? keys : undefined;
    },
    between: (expression: string, after: number, to: number) =>
      read(BETWEEN, { term: expression, after, to }),
  };
}

export type PostingReading = ReturnType<typeof createReading>;
