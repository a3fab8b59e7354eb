import { urlTo } from '../../src/text/urls.ts';
import { attributeText } from '../forms/field.tsx';
import { errorState, Filter, FilterField, WordsField } from '../forms/filter.tsx';
import type { FindModel } from '../view_models.ts';
import { FindHelp } from './find_help.tsx';

/** The box, and fields that the server writes into it as operators: the box says everything. */
export function FindForm({ model }: { model: FindModel }): JSX.Element {
  const { query, problems, typed } = model;
  const isOpen = FIELDS.some((name) => name in problems);
  return (
    <Filter
      action={urlTo('/find')}
      label="Find posts"
      placeholder="Words, “a phrase”, -without, from:someone, or what a post is about"
      words={query.q}
      maxlength={500}
      button="Find"
      error={problems.q}
    >
      {query.by !== 'best' && <input type="hidden" name="by" value={query.by} />}
      {query.sort !== 'best' && <input type="hidden" name="sort" value={query.sort} />}
      <div class="find-more">
        <details class="filter-more" open={isOpen}>
          <summary>Filters</summary>
          <div class="filter-fields">
            <WordsField
              name="author"
              label="Author"
              value={typed.author ?? ''}
              maxlength={500}
              error={problems.author}
            />
            <Choice name="source" label="Source" choices={model.sources} model={model} />
            <DateField name="since" label="From" model={model} />
            <DateField name="until" label="Up to" model={model} />
            <Choice name="kind" label="Kind" choices={KINDS} model={model} />
            <Choice name="has" label="With" choices={PARTS} model={model} />
            <WordsField
              name="language"
              label="Language, such as en"
              value={typed.language ?? ''}
              maxlength={20}
              error={problems.language}
            />
            <FilterField name="min_likes" label="Likes, at least" error={problems.min_likes}>
              <input
                type="number"
                id="min_likes"
                name="min_likes"
                min="1"
                value={attributeText(typed.min_likes ?? '')}
                {...errorState('min_likes', problems.min_likes)}
              />
            </FilterField>
            <button type="submit">Add filters</button>
          </div>
        </details>
        <FindHelp />
      </div>
    </Filter>
  );
}

/** The fields under "Filters". */
export const FIELDS = [
  'author',
  'source',
  'since',
  'until',
  'kind',
  'has',
  'language',
  'min_likes',
] as const;

const KINDS = ['post', 'reply', 'repost', 'thread'];
const PARTS = ['link', 'media'];

interface FieldProps {
  name: string;
  label: string;
  model: Pick<FindModel, 'problems' | 'typed'>;
}

function Choice({ name, label, choices, model }: FieldProps & { choices: string[] }) {
  const error = model.problems[name];
  return (
    <FilterField name={name} label={label} error={error}>
      <select id={name} name={name} {...errorState(name, error)}>
        <option value="">any</option>
        {choices.map((choice) => (
          <option value={attributeText(choice)} selected={model.typed[name] === choice} safe>
            {choice}
          </option>
        ))}
      </select>
    </FilterField>
  );
}

function DateField({ name, label, model }: FieldProps): JSX.Element {
  const error = model.problems[name];
  return (
    <FilterField name={name} label={label} error={error}>
      <input
        type="date"
        id={name}
        name={name}
        value={attributeText(model.typed[name] ?? '')}
        {...errorState(name, error)}
      />
    </FilterField>
  );
}
