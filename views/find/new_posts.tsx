import { counted } from '../../src/text/format.ts';
import { urlTo } from '../../src/text/urls.ts';
import { attributeText } from '../forms/field.tsx';
import { LivePart } from '../live_part.tsx';
import type { FindModel } from '../view_models.ts';
import { findHref, findParameters } from './find_href.ts';

export type NewPostsProps = Pick<FindModel, 'query' | 'seen' | 'since' | 'busy'>;

/**
 * Says how many posts came since the page was opened, or the first of its pages, and leads to these alone:
 * by their own date they may be old. The list itself does not move.
 */
export function NewPosts({ query, seen, since, busy }: NewPostsProps): JSX.Element {
  const parameters = findParameters(query);
  parameters.set('seen', String(seen));
  const href = findHref(query, { sort: 'newest', after: seen, only: 'new' });
  return (
    <LivePart id="new-posts" href={urlTo(`/find/new?${parameters}`)} busy={busy} class="new-posts">
      <p role="status">
        {since > 0 && (
          <a class="button" href={attributeText(href)} safe>
            {counted(since, 'new post')}
          </a>
        )}
      </p>
      {busy && since === 0 && (
        <noscript>
          <a class="button" href={attributeText(href)}>
            Look for new posts
          </a>
        </noscript>
      )}
    </LivePart>
  );
}
