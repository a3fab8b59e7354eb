import { sourceTitle } from '../../src/text/format.ts';
import type { FormState, SourceOption } from '../view_models.ts';
import { SelectField } from './field.tsx';

/** The sources to choose from; what the estimate is made of travels with each as data attributes. */
export function SourceField({ form, sources }: { form: FormState; sources: SourceOption[] }) {
  const chosen = chosenSource(form, sources);
  return (
    <SelectField name="source" label="Source" form={form}>
      {sources.map((source) => (
        <option
          value={source.name}
          selected={source === chosen}
          data-label={source.label}
          data-page-ms={String(source.pageMs)}
          data-page-size={String(source.pageSize)}
          safe
        >
          {sourceTitle(source)}
        </option>
      ))}
    </SelectField>
  );
}

/** The one the form names, else the first. */
export function chosenSource(form: FormState, sources: SourceOption[]): SourceOption | undefined {
  return sources.find((source) => source.name === form.values.source) ?? sources[0];
}
