import { urlTo } from '../../src/text/urls.ts';
import { attributeText } from '../forms/field.tsx';
import { Filter, FilterField, WordsField } from '../forms/filter.tsx';
import type { PostsModel } from '../view_models.ts';

export function PostFilter({ query }: { query: PostsModel['query'] }): JSX.Element {
  return (
    <Filter action={urlTo('/posts')} button="Search">
      <WordsField name="q" label="Words" value={query.q} maxlength={500} />
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
      <FilterField name="author" label="Author">
        <input
          type="text"
          id="author"
          name="author"
          value={attributeText(query.author)}
          maxlength={254}
          autocapitalize="none"
          spellcheck="false"
        />
      </FilterField>
    </Filter>
  );
}
