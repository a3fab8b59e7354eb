import type { Field } from '../../src/operations/fields.ts';
import { sourceTitle } from '../../src/text/format.ts';
import { urlTo } from '../../src/text/urls.ts';
import type { FormState, SourceOption } from '../view_models.ts';
import { attributeText } from './field.tsx';

/** Those of the sources that the type can use. */
export function usableSources(fields: Field[], sources: SourceOption[]): SourceOption[] {
  const values = fields.find(({ name }) => name === 'source')?.values ?? [];
  return sources.filter(({ name }) => values.includes(name));
}

/** What the estimate of a form is made of, as the data attributes of what names the source. */
export function sourceData({ label, pageMs, pageSize, reach, price }: SourceOption) {
  return {
    'data-label': attributeText(label),
    'data-page-ms': String(pageMs),
    'data-page-size': String(pageSize),
    'data-cost': price && String(price.costPerPost),
    'data-currency': price && attributeText(price.currency),
    'data-no-budget': price?.hasNoBudget && 'true',
    'data-budget': price?.budget && attributeText(JSON.stringify(price.budget)),
    'data-reach': reach && attributeText(JSON.stringify(reach)),
  };
}

/** Leads to where a source is connected. */
export function connectLink(source: SourceOption): { words: string; href: string } {
  const path = `/sources#source-${encodeURIComponent(source.name)}` as const;
  return { words: `Connect ${sourceTitle(source)}`, href: urlTo(path) };
}

/** The one the form names, else the first. */
export function chosenSource(form: FormState, sources: SourceOption[]): SourceOption | undefined {
  const named = sources.find((source) => source.name === form.values.source);
  return named ?? sources.find(({ needsConnection }) => !needsConnection) ?? sources[0];
}
