import { attributeText } from './field.tsx';

/** What a job was asked, as the fields of a form that asks it again. */
export function HiddenFields({ input }: { input: Record<string, unknown> }): JSX.Element {
  return (
    <>
      {Object.entries(input).flatMap(([name, value]) => {
        const text = fieldText(value);
        return text === undefined
          ? []
          : [<input type="hidden" name={name} value={attributeText(text)} />];
      })}
    </>
  );
}

/** A value as a form holds it: lists as they are typed, separated by commas; `undefined` for what no form can. */
export function fieldText(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.join(', ');
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined;
}
