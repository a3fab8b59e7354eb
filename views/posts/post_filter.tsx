import { attributeText } from '../forms/field.tsx';
import type { PostsModel } from '../view_models.ts';

/** Filters the posts by URL only, so that a result can be bookmarked. */
export function PostFilter({ query }: { query: PostsModel['query'] }): JSX.Element {
  return (
    <search>
      <form class="filter" method="get" action="/posts">
        <div class="field">
          <label for="q">Words</label>
          <input type="search" id="q" name="q" value={attributeText(query.q)} maxlength={500} />
        </div>
        <div class="field">
          <label for="by">Search by</label>
          <select id="by" name="by">
            <option value="words" selected={query.by === 'words'}>
              words
            </option>
            <option value="meaning" selected={query.by === 'meaning'}>
              meaning
            </option>
          </select>
        </div>
        <div class="field">
          <label for="author">Author</label>
          <input
            type="text"
            id="author"
            name="author"
            value={attributeText(query.author)}
            maxlength={254}
            autocapitalize="none"
            spellcheck="false"
          />
        </div>
        <button type="submit">Search</button>
      </form>
    </search>
  );
}
