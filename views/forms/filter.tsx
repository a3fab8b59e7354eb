import type { Children } from '@kitajs/html';
import { attributeText } from './field.tsx';

interface FilterProps {
  action: string;
  /** For screen readers: what is searched. */
  label: string;
  /** In the box: what it searches. */
  placeholder: string;
  /** The words in the box, which is the field `q`. */
  words: string;
  maxlength: number;
  /** Default: "Search". */
  button?: string;
  /** Further fields, below the box. */
  children?: Children;
}

/** Filters a list by URL only, so that it can be bookmarked or shared: one box, and what is below. */
export function Filter(props: FilterProps): JSX.Element {
  const { action, label, placeholder, words, maxlength, button = 'Search', children } = props;
  return (
    <search aria-label={attributeText(label)}>
      <form class="filter" method="get" action={attributeText(action)}>
        <div class="filter-box">
          <input
            type="search"
            id="q"
            name="q"
            value={attributeText(words)}
            aria-label={attributeText(placeholder)}
            placeholder={attributeText(placeholder)}
            maxlength={maxlength}
          />
          <button type="submit" safe>
            {button}
          </button>
        </div>
        {children}
      </form>
    </search>
  );
}

interface FilterFieldProps {
  name: string;
  label: string;
  children: Children;
}

export function FilterField({ name, label, children }: FilterFieldProps): JSX.Element {
  return (
    <div class="field">
      <label for={name} safe>
        {label}
      </label>
      {children}
    </div>
  );
}

interface WordsFieldProps extends Omit<FilterFieldProps, 'children'> {
  value: string;
  maxlength: number;
}

export function WordsField({ name, label, value, maxlength }: WordsFieldProps): JSX.Element {
  return (
    <FilterField name={name} label={label}>
      <input
        type="text"
        id={name}
        name={name}
        value={attributeText(value)}
        maxlength={maxlength}
        autocapitalize="none"
        spellcheck="false"
      />
    </FilterField>
  );
}
