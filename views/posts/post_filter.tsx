import { urlTo } from '../../src/text/urls.ts';
import { Filter, FilterField, WordsField } from '../forms/filter.tsx';
import type { PostsModel } from '../view_models.ts';

export function PostFilter({ query }: { query: PostsModel['query'] }): JSX.Element {
  return (
    <Filter
      action={urlTo('/find')}
      label="Find posts"
      placeholder="Words, or what a post is about"
      words={query.q}
      maxlength={500}
      button="Find"
    >
      <div class="filter-fields">
        <FilterField name="by" label="Search by">
          <select id="by" name="by">
            <option value="words" selected={query.by === 'words'}>
              words
            </option>
            <option value="meaning" selected={query.by === 'meaning'}>
              meaning
            </option>
          </select>
        </FilterField>
        <WordsField name="author" label="Author" value={query.author} maxlength={500} />
      </div>
    </Filter>
  );
}
