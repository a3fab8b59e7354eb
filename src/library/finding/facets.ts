import type { Facet, Facets } from '../finding.ts';
import type { Collecting } from './collecting.ts';
import type { Conditions } from './conditions.ts';
import { createKept, createKeptAnswers, keptOr } from './kept.ts';
import { MATCHES } from './plan_sql.ts';
import type { Queries } from './queries.ts';

/** Posts whose facets are counted: 8 ms among a million, where each is on another page of the database. */
export const MAX_COUNTED = 2_000;

interface Group {
  author: string;
  kind: string;
  source: string;
  year: string;
  count: number;
}

const GROUPS = `
  SELECT author, kind, source, strftime('%Y', created_at / 1000, 'unixepoch') AS year,
    count(*) AS count
  FROM json_each($keys) CROSS JOIN posts ON posts.key = json_each.value
  GROUP BY author, kind, source, year`;

/** Counts authors, years, kinds and sources among the posts found. */
export function createFacets(queries: Queries, collected: Collecting) {
  const kept = createKept<Facets>(queries);
  const keptKeys = createKeptAnswers<number[]>(queries);

  /** The keys of so many posts that were collected last among those found. */
  async function some(conditions: Conditions, limit: number): Promise<number[]> {
    const { isEmpty, match, indexed, others, bindings } = conditions;
    const isByWords = match && !match.isExcluded && indexed.length + others.length === 0;
    if (isEmpty || !isByWords) return (await collected(conditions, { limit })).keys;
    const sql = `${MATCHES} ORDER BY rowid DESC LIMIT $limit`;
    return queries.all<{ rowid: number }>(sql, { ...bindings, limit }).map(({ rowid }) => rowid);
  }

  function count(keys: number[]): Facets {
    const counted = keys.slice(0, MAX_COUNTED);
    const groups = queries.all<Group>(GROUPS, { keys: JSON.stringify(counted) });
    return {
      authors: mostFrequent(countBy(groups, 'author')),
      years: countBy(groups, 'year').sort((a, b) => Number(b.value) - Number(a.value)),
      kinds: mostFrequent(countBy(groups, 'kind')),
      sources: mostFrequent(countBy(groups, 'source')),
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

function countBy(groups: Group[], field: Exclude<keyof Group, 'count'>): Facet[] {
  const counts = new Map<string, Facet>();
  for (const group of groups) {
    const value = group[field];
    const name = value.toLowerCase();
    const facet = counts.get(name);
    if (facet) facet.count += group.count;
    else counts.set(name, { value, count: group.count });
  }
  return [...counts.values()];
}

function mostFrequent(facets: Facet[]): Facet[] {
  return facets.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}
