import type { Field } from '../../src/operations/fields.ts';
import { fieldText } from '../../src/text/field_text.ts';
import { attributeText } from './field.tsx';

/** What a job was asked, as the fields of a form that asks it again. */
export function HiddenFields({ input }: { input: Record<string, unknown> }): JSX.Element {
  return (
    <>
      {Object.entries(input).flatMap(([name, value]) => {
        const text = fieldText(value);
        return text === undefined
          ? []
          : [<input type="hidden" name={attributeText(name)} value={attributeText(text)} />];
      })}
    </>
  );
}

/** What a list has in the place of something long, or of the end of it. */
const CUT = /…$|… \([\d,]+ characters\)$|^… and [\d,]+ more$|^\{…\}$|^\[\d+ entries\]$/;

/**
 * Whether a form that asks the same again can hold all of it; not when it was cut for a list.
 * @param fields of the type, which say where JSON is read.
 */
export function fitsForm(input: Record<string, unknown>, fields: Field[] = []): boolean {
  const readsJson = (name: string) =>
    fields.find((field) => field.name === name)?.syntax === 'json';
  return Object.entries(input).every(
    ([name, value]) => isAbsent(value) || (isWhole(value) && (isPlain(value) || readsJson(name))),
  );
}

function isPlain(value: unknown): boolean {
  return [value].flat().every((part) => typeof part !== 'object');
}

function isWhole(value: unknown): boolean {
  return !hasCut(value) && fieldText(value) !== undefined;
}

function hasCut(value: unknown): boolean {
  if (typeof value === 'string') return CUT.test(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, part]) => key.endsWith('…') || hasCut(part));
}

const isAbsent = (value: unknown) => value === null || value === undefined;
