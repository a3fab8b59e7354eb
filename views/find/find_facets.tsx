import { withFilter } from '../../src/find/typed_text.ts';
import type { Facet } from '../../src/library/finding.ts';
import type { Found } from '../../src/operations/find/found.ts';
import { count } from '../../src/text/format.ts';
import { attributeText } from '../forms/field.tsx';
import type { FindModel } from '../view_models.ts';
import { findHref } from './find_href.ts';

const MAX_VALUES = 8;

interface FindFacetsProps {
  query: FindModel['query'];
  facets: NonNullable<Found['facets']>;
}

/** How the posts found are spread; each value narrows the query down to it. */
export function FindFacets({ query, facets }: FindFacetsProps): JSX.Element {
  const groups = [
    { label: 'Authors', facets: facets.authors, narrow: by('from') },
    { label: 'Years', facets: facets.years, narrow: inYear },
    { label: 'Kinds', facets: facets.kinds, narrow: by('is') },
    { label: 'Sources', facets: facets.sources, narrow: by('source') },
  ].filter((group) => group.facets.length > 1);
  if (groups.length === 0) return '';
  const caption = captionOf(facets);
  return (
    <nav class="facets" aria-label="Narrow down">
      <dl>
        {groups.map((group) => (
          <FacetGroup {...group} query={query} />
        ))}
      </dl>
      {caption !== '' && (
        <p class="small muted" safe>
          {caption}
        </p>
      )}
    </nav>
  );
}

/** What was counted, where a press finds other numbers. */
function captionOf({ isCapped, isOfNearest, counted }: FindFacetsProps['facets']): string {
  const some = `Counted among ${count(counted)} of the posts found, beginning with the first of the list.`;
  const these = `Counted among these ${count(counted)} posts.`;
  const anew = 'A press takes the nearest in meaning anew, and may find more.';
  if (!isOfNearest) return isCapped ? some : '';
  return `${isCapped ? some : these} ${anew}`;
}

interface FacetGroupProps {
  label: string;
  facets: Facet[];
  narrow: (q: string, value: string) => string;
  query: FindModel['query'];
}

function FacetGroup({ label, facets, narrow, query }: FacetGroupProps): JSX.Element {
  return (
    <div>
      <dt safe>{label}</dt>
      <dd>
        {facets.slice(0, MAX_VALUES).map(({ value, count: posts }) => (
          <a href={attributeText(findHref(query, { q: narrow(query.q, value) }))}>
            <bdi safe>{value}</bdi>{' '}
            <span class="facet-count" safe>
              {count(posts)}
            </span>
          </a>
        ))}
      </dd>
    </div>
  );
}

function by(key: string): FacetGroupProps['narrow'] {
  return (q, value) => withFilter(q, key, value);
}

/** `until:2024` is until its end. */
function inYear(q: string, year: string): string {
  return withFilter(withFilter(q, 'since', year), 'until', year);
}
