import { urlTo } from '../../src/text/urls.ts';
import { attributeText } from '../forms/field.tsx';
import { Filter, FilterField, WordsField } from '../forms/filter.tsx';
import type { FindModel } from '../view_models.ts';
import { FindHelp } from './find_help.tsx';

/** The box, and fields that the server writes into it as operators: the box says everything. */
export function FindForm({ model }: { model: FindModel }): JSX.Element {
  const { query, wrongAuthor } = model;
  return (
    <Filter
      action={urlTo('/find')}
      label="Find posts"
      placeholder="Words, “a phrase”, -without, from:someone, or what a post is about"
      words={query.q}
      maxlength={500}
      button="Find"
    >
      {query.by !== 'best' && <input type="hidden" name="by" value={query.by} />}
      {query.sort !== 'best' && <input type="hidden" name="sort" value={query.sort} />}
      <div class="find-more">
        <details class="filter-more" open={wrongAuthor !== undefined}>
          <summary>Filters</summary>
          <div class="filter-fields">
            <WordsField
              name="author"
              label="Author"
              value={wrongAuthor?.typed ?? ''}
              maxlength={500}
            />
            <Choice name="source" label="Source" choices={model.sources} />
            <DateField name="since" label="From" />
            <DateField name="until" label="Up to" />
            <Choice name="kind" label="Kind" choices={KINDS} />
            <Choice name="has" label="With" choices={PARTS} />
            <WordsField name="language" label="Language, such as en" value="" maxlength={20} />
            <FilterField name="min_likes" label="Likes, at least">
              <input type="number" id="min_likes" name="min_likes" min="1" />
            </FilterField>
            <button type="submit">Add filters</button>
          </div>
        </details>
        <FindHelp />
      </div>
    </Filter>
  );
}

const KINDS = ['post', 'reply', 'repost', 'thread'];
const PARTS = ['link', 'media'];

function Choice({ name, label, choices }: { name: string; label: string; choices: string[] }) {
  return (
    <FilterField name={name} label={label}>
      <select id={name} name={name}>
        <option value="">any</option>
        {choices.map((choice) => (
          <option value={attributeText(choice)} safe>
            {choice}
          </option>
        ))}
      </select>
    </FilterField>
  );
}

function DateField({ name, label }: { name: string; label: string }): JSX.Element {
  return (
    <FilterField name={name} label={label}>
      <input type="date" id={name} name={name} />
    </FilterField>
  );
}
