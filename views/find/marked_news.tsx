import { counted } from '../../src/text/format.ts';
import { atLeast } from '../../src/text/found_text.ts';
import { attributeText } from '../forms/field.tsx';
import type { FindModel } from '../view_models.ts';
import { findHref } from './find_href.ts';

/** How many posts are new, and how to see these alone; nothing where nobody asked. */
export function MarkedNews({ model }: { model: FindModel }): JSX.Element {
  const { query, news, savedAs } = model;
  if (news === undefined || news.total === 0) return '';
  const isAlone = query.only === 'new';
  const posts = news.isCapped ? `${atLeast(news.total)} posts` : counted(news.total, 'post');
  return (
    <p class="marked-news" role="status">
      <span safe>{isAlone ? `Only new posts: ${posts}.` : `New and marked so: ${posts}.`}</span>{' '}
      <a href={attributeText(findHref(query, { only: isAlone ? undefined : 'new' }))}>
        {isAlone ? 'Show all' : 'Show only what is new'}
      </a>
      {savedAs !== undefined && (
        <span class="muted"> Opening the saved find has counted what is new as seen.</span>
      )}
    </p>
  );
}
