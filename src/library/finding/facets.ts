import type { Facet, Facets } from '../finding.ts';
import type { Conditions } from './conditions.ts';
import { createKept } from './kept.ts';
import type { Plans } from './plans.ts';
import type { Queries } from './queries.ts';

/** Posts whose facets are counted: 8 ms among a million, where each is on another page of the database. */
const MAX_COUNTED = 2_000;

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
export function createFacets(queries: Queries, plans: Plans) {
  const kept = createKept<Facets>(queries);

  function count(conditions: Conditions): Facets {
    const keys = plans.some(conditions, MAX_COUNTED + 1);
    const counted = keys.slice(0, MAX_COUNTED);
    const groups = queries.all<Group>(GROUPS, { keys: JSON.stringify(counted) });
    return {
      authors: mostFrequent(countBy(groups, 'author')),
      years: countBy(groups, 'year').sort((a, b) => Number(b.value) - Number(a.value)),
      kinds: mostFrequent(countBy(groups, 'kind')),
      sources: mostFrequent(countBy(groups, 'source')),
      isCapped: keys.length > MAX_COUNTED,
    };
  }

  return (conditions: Conditions): Facets =>
    kept(JSON.stringify(conditions), () => count(conditions));
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
