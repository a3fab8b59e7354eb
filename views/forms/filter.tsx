import type { Children } from '@kitajs/html';
import { attributeText } from './field.tsx';

interface FilterProps {
  action: string;
  button: string;
  children: Children;
}

/** Filters a list by URL only, so that it can be bookmarked or shared. */
export function Filter({ action, button, children }: FilterProps): JSX.Element {
  return (
    <search>
      <form class="filter" method="get" action={attributeText(action)}>
        {children}
        <button type="submit" safe>
          {button}
        </button>
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
  placeholder?: string;
}

export function WordsField({ name, label, value, ...limits }: WordsFieldProps): JSX.Element {
  return (
    <FilterField name={name} label={label}>
      <input type="search" id={name} name={name} value={attributeText(value)} {...limits} />
    </FilterField>
  );
}
