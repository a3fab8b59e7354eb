import type { Field } from '../../src/operations/fields.ts';
import type { FormState, SourceOption } from '../view_models.ts';

/** Those of the sources that the type can use. */
export function usableSources(fields: Field[], sources: SourceOption[]): SourceOption[] {
  const values = fields.find(({ name }) => name === 'source')?.values ?? [];
  return sources.filter(({ name }) => values.includes(name));
}

/** The one the form names, else the first. */
export function chosenSource(form: FormState, sources: SourceOption[]): SourceOption | undefined {
  const named = sources.find((source) => source.name === form.values.source);
  return named ?? sources.find(({ needsConnection }) => !needsConnection) ?? sources[0];
}
