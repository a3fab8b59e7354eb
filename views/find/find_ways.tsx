import { attributeText } from '../forms/field.tsx';
import type { FindModel } from '../view_models.ts';
import { findHref } from './find_href.ts';

const WAYS = { best: 'Both', words: 'Words', meaning: 'Meaning' } as const;
const SORTS = { best: 'Best first', newest: 'Newest first' } as const;

/**
 * How to search and to sort, as links that keep the query. Posts like another are always compared by
 * meaning, so there is nothing to choose.
 */
export function FindWays({ query }: { query: FindModel['query'] }): JSX.Element {
  return (
    <div class="find-ways">
      {query.like === undefined && (
        <nav class="choices" aria-label="Find by">
          <ul>
            {(['best', 'words', 'meaning'] as const).map((by) => (
              <ChoiceLink
                href={findHref(query, { by })}
                label={WAYS[by]}
                isCurrent={query.by === by}
              />
            ))}
          </ul>
        </nav>
      )}
      <nav class="choices" aria-label="Order">
        <ul>
          {(['best', 'newest'] as const).map((sort) => (
            <ChoiceLink
              href={findHref(query, { sort })}
              label={SORTS[sort]}
              isCurrent={query.sort === sort}
            />
          ))}
        </ul>
      </nav>
    </div>
  );
}

interface ChoiceLinkProps {
  href: string;
  label: string;
  isCurrent: boolean;
}

function ChoiceLink({ href, label, isCurrent }: ChoiceLinkProps): JSX.Element {
  return (
    <li>
      <a href={attributeText(href)} aria-current={isCurrent ? 'true' : undefined} safe>
        {label}
      </a>
    </li>
  );
}
