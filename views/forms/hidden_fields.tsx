import type { Field } from '../../src/operations/fields.ts';
import { fieldText } from '../../src/text/field_text.ts';
import { attributeText } from './field.tsx';

interface HiddenProps {
  input: Record<string, unknown>;
  /** Of the type, which say where JSON is read. */
  fields?: Field[];
}

/** What a job was asked, as the fields of a form that asks it again. */
export function HiddenFields({ input, fields }: HiddenProps): JSX.Element {
  return (
    <>
      {Object.entries(fieldTexts(input, fields)).map(([name, text]) => (
        <input type="hidden" name={attributeText(name)} value={attributeText(text)} />
      ))}
    </>
  );
}

/** The same as texts, without what no form can hold. */
export function fieldTexts(
  input: Record<string, unknown>,
  fields: Field[] = [],
): Record<string, string> {
  const texts = Object.entries(input).flatMap(([name, value]) => {
    const text = fieldText(value, syntaxOf(fields, name));
    return text === undefined ? [] : [[name, text]];
  });
  return Object.fromEntries(texts);
}

function syntaxOf(fields: Field[], name: string): Field['syntax'] {
  return fields.find((field) => field.name === name)?.syntax;
}

/** What a list has in the place of something long, or of the end of it. */
const CUT = /…$|… \([\d,]+ characters\)$|^… and [\d,]+ more$|^\{…\}$|^\[\d+ entries\]$/;

/** Whether a form that asks the same again can hold all of it; not when it was cut for a list. */
export function fitsForm(input: Record<string, unknown>, fields: Field[] = []): boolean {
  return Object.entries(input).every(
    ([name, value]) =>
      isAbsent(value) || (!hasCut(value) && fieldText(value, syntaxOf(fields, name)) !== undefined),
  );
}

function hasCut(value: unknown): boolean {
  if (typeof value === 'string') return CUT.test(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, part]) => key.endsWith('…') || hasCut(part));
}

const isAbsent = (value: unknown) => value === null || value === undefined;
