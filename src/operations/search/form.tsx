import type { FormState, SourceOption } from '../view_models.ts';
import { CheckboxField, NumberField, SelectField, TextField } from './field.tsx';
import { MoreOptions } from './more_options.tsx';
import { SourceField } from './source_field.tsx';
import { StartForm } from './start_form.tsx';

export const SEARCH_DEFAULTS = { maxTweets: '100', mode: 'latest', embed: 'false' };

interface SearchFormProps {
  form: FormState;
  sources: SourceOption[];
}

export function SearchForm({ form, sources }: SearchFormProps): JSX.Element {
  return (
    <StartForm type="search" action="Search" form={form}>
      <TextField
        name="query"
        label="Terms"
        help="Separated by commas; a post matches when it contains one of them."
        required
        maxlength={500}
        placeholder="space, jazz"
        form={form}
      />
      <div class="field-row">
        <NumberField
          name="maxTweets"
          label="Posts at most"
          min={1}
          max={10_000}
          required
          form={form}
        />
        <NumberField name="days" label="Of the last days" min={1} max={3650} form={form} />
      </div>
      <SelectField name="mode" label="Order" form={form}>
        <option value="latest" selected={form.values.mode !== 'top'}>
          Latest first
        </option>
        <option value="top" selected={form.values.mode === 'top'}>
          Top first
        </option>
      </SelectField>
      <CheckboxField
        name="embed"
        label="Embed what it finds"
        help="So that the posts can be found by meaning."
        form={form}
      />
      <SourceField form={form} sources={sources} />
      <MoreOptions form={form} />
    </StartForm>
  );
}
