import { counted } from '../../src/text/format.ts';
import { urlTo } from '../../src/text/urls.ts';
import { LivePart } from '../live_part.tsx';
import type { FindModel } from '../view_models.ts';
import { findHref, findParameters } from './find_href.ts';

interface NewPostsProps extends Pick<FindModel, 'query' | 'seen' | 'busy'> {
  /** How many have come since. */
  posts: number;
}

/** Says how many posts came since the page was opened; the list itself does not move. */
export function NewPosts({ query, seen, busy, posts }: NewPostsProps): JSX.Element {
  const parameters = findParameters(query);
  parameters.set('seen', String(seen));
  return (
    <LivePart id="new-posts" href={urlTo(`/find/new?${parameters}`)} busy={busy} class="new-posts">
      <p role="status">
        {posts > 0 && (
          <a class="button" href={findHref(query, { sort: 'newest' })} safe>
            {counted(posts, 'new post')}
          </a>
        )}
      </p>
    </LivePart>
  );
}
