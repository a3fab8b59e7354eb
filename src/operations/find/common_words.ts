import { noFilters } from '../../find/filters.ts';
import { ignoringStopWords } from '../../find/index.ts';
import type { FindQuery } from '../../find/query.ts';
import type { WordFinder } from '../../library/finding.ts';

/** In a smaller library, words say little about how frequent they are. */
const LEAST_POSTS = 1_000;
/** A common word stands in at least this share of the posts. */
const LEAST_SHARE = 0.01;

/** The query as the library answers it: posts need not have common words such as "the". */
export function ignoringCommonWords(finder: WordFinder, query: FindQuery): Promise<FindQuery> {
  return ignoringStopWords(query, {
    hasLanguage: (language) => hasLanguage(finder, language),
    isFrequent: (word) => isFrequent(finder, word),
  });
}

async function hasLanguage(finder: WordFinder, language: string): Promise<boolean> {
  const filters = { ...noFilters(), languages: [language] };
  return (await finder.countFound({ text: '', topic: '', filters }, 1)).count > 0;
}

function isFrequent(finder: WordFinder, word: string): boolean {
  const posts = finder.newestKey();
  if (posts < LEAST_POSTS) return true;
  return finder.matchesOf({ word, isExact: true }, 1).count >= posts * LEAST_SHARE;
}
