import type { Facet, Facets } from '../finding.ts';
import type { Collecting } from './collecting.ts';
import type { Conditions } from './conditions.ts';
import type { Counts } from './counts.ts';
import { createFacetRows, type FacetRow } from './facet_rows.ts';
import { createKept, createKeptAnswers, keptOr } from './kept.ts';
import type { Queries } from './queries.ts';

/** Posts whose facets are counted: 8 ms among a million, where each is on another page of the database. */
export const MAX_COUNTED = 2_000;

/** Counts authors, years, kinds and sources among the posts found. */
export function createFacets(
  queries: Queries,
  collected: Collecting,
  { newestMatches }: Pick<Counts, 'newestMatches'>,
) {
  const kept = createKept<Facets>(queries);
  const rowsOf = createFacetRows(queries);
  const keptKeys = createKeptAnswers<number[]>(queries);

  /** The keys of so many posts that were collected last among those found. */
  async function some(conditions: Conditions, limit: number): Promise<number[]> {
    const { isEmpty, match, indexed, others } = conditions;
    const isByWords = match && !match.isExcluded && indexed.length + others.length === 0;
    if (isEmpty || !isByWords) return (await collected(conditions, { limit })).keys;
    return newestMatches(conditions, limit);
  }

  function count(keys: number[]): Facets {
    const counted = keys.slice(0, MAX_COUNTED);
    const rows = rowsOf(counted);
    return {
      authors: mostFrequent(counts(rows.map(({ author }) => author))),
      years: counts(rows.map(yearOf)).sort((a, b) => Number(b.value) - Number(a.value)),
      kinds: mostFrequent(counts(rows.map(({ kind }) => kind))),
      sources: mostFrequent(counts(rows.map(({ source }) => source))),
      isCapped: keys.length > MAX_COUNTED,
      counted: counted.length,
    };
  }

  const ofKeys = (keys: number[]) => kept(JSON.stringify(keys), () => count(keys));

  /** @param also the keys of posts that count first, also of some that were found without all of the words. */
  async function ofFound(conditions: Conditions, also: number[] = []): Promise<Facets> {
    const others = await keptOr(keptKeys, conditions, () => some(conditions, MAX_COUNTED + 1));
    return ofKeys([...new Set([...also, ...others])].slice(0, MAX_COUNTED + 1));
  }

  return { ofFound, ofKeys };
}

/** Values that differ in case only are one, as the first that was collected has it. */
function counts(values: string[]): Facet[] {
  const facets = new Map<string, Facet>();
  for (const value of values) {
    const name = value.toLowerCase();
    const facet = facets.get(name);
    if (!facet) facets.set(name, { value, count: 1 });
    else {
      facet.count++;
      facet.value = value;
    }
  }
  return [...facets.values()];
}

const yearOf = ({ time }: FacetRow) => String(new Date(time).getUTCFullYear()).padStart(4, '0');

function mostFrequent(facets: Facet[]): Facet[] {
  return facets.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}
