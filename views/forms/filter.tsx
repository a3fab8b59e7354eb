import type { Children } from '@kitajs/html';
import { attributeText, FieldLabel } from './field.tsx';

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
  /** What is wrong with the words. */
  error?: string;
  /** Further fields, below the box. */
  children?: Children;
}

/** Filters a list by URL only, so that it can be bookmarked or shared: one box, and what is below. */
export function Filter(props: FilterProps): JSX.Element {
  const {
    action,
    label,
    placeholder,
    words,
    maxlength,
    button = 'Search',
    error,
    children,
  } = props;
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
            {...errorState('q', error)}
          />
          <button type="submit" safe>
            {button}
          </button>
        </div>
        <FieldProblem name="q" error={error} />
        {children}
      </form>
    </search>
  );
}

/** The attributes of a field that say whether it is wrong. */
export function errorState(name: string, error: string | undefined) {
  if (error === undefined) return {};
  return { 'aria-invalid': 'true', 'aria-describedby': `${name}-error` } as const;
}

function FieldProblem({ name, error }: { name: string; error?: string }): JSX.Element {
  if (error === undefined) return '';
  return (
    <p class="field-error" id={`${name}-error`} safe>
      {error}
    </p>
  );
}

interface FilterFieldProps {
  name: string;
  label: string;
  error?: string;
  /** The label ends with the zone of its time. */
  hasZone?: boolean;
  children: Children;
}

export function FilterField(props: FilterFieldProps): JSX.Element {
  const { name, label, error, hasZone = false, children } = props;
  return (
    <div class="field">
      <FieldLabel name={name} label={label} hasZone={hasZone} />
      {children}
      <FieldProblem name={name} error={error} />
    </div>
  );
}

interface WordsFieldProps extends Omit<FilterFieldProps, 'children'> {
  value: string;
  maxlength: number;
}

export function WordsField(props: WordsFieldProps): JSX.Element {
  const { name, label, value, maxlength, error } = props;
  return (
    <FilterField name={name} label={label} error={error}>
      <input
        type="text"
        id={name}
        name={name}
        value={attributeText(value)}
        maxlength={maxlength}
        autocapitalize="none"
        spellcheck="false"
        {...errorState(name, error)}
      />
    </FilterField>
  );
}
