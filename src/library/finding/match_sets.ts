import type { KeySet } from '../finding.ts';
import type { Conditions } from './conditions.ts';
import { createKeptAnswers } from './kept.ts';
import type { Postings } from './postings.ts';
import type { Queries } from './queries.ts';

interface Options {
  /** Nothing is read for it: it is given when the lists of all of its words are in memory. */
  isKnown?: boolean;
}

/**
 * All posts that match the words and facts of conditions, also where these are excluded; undefined in a small library, and
 * while a list has to be read first.
 */
export type MatchSets = (conditions: Conditions, options?: Options) => KeySet | undefined;

export function createMatchSets(queries: Queries, postings: Postings): MatchSets {
  const kept = createKeptAnswers<KeySet>(queries);
  return ({ match }, { isKnown = false } = {}) => {
    if (!match) return undefined;
    const known = kept.get(match.expression);
    if (known || (isKnown && !postings.hasAll(match.tree))) return known;
    const version = kept.version();
    const made = postings.matching(match.tree);
    if (made) kept.set(match.expression, made, version);
    return made;
  };
}

/** Without the lists of words, everything is read from SQLite's index. */
export const noSets: MatchSets = () => undefined;
