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

/** Whether a form that asks the same again can hold all of it; not when it was cut for a list. */
export function fitsForm(input: Record<string, unknown>): boolean {
  return Object.values(input).every((value) => isAbsent(value) || isWhole(value));
}

function isWhole(value: unknown): boolean {
  const hasCut = [value].flat().some((part) => typeof part === 'string' && CUT.test(part));
  return !hasCut && fieldText(value) !== undefined;
}

const isAbsent = (value: unknown) => value === null || value === undefined;

/** The longest text that a form of this program takes is shorter, in UTF-16 code units. */
const MAX_FIELD = 1_000;

/**
 * A value as a form holds it: lists as they are typed, separated by commas. `undefined` for what no
 * form can hold.
 */
export function fieldText(value: unknown): string | undefined {
  if (!Array.isArray(value)) return shortEnough(plainText(value));
  const parts = value.map(plainText);
  return parts.includes(undefined) ? undefined : shortEnough(parts.join(', '));
}

function plainText(value: unknown): string | undefined {
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined;
}

function shortEnough(text: string | undefined): string | undefined {
  return text !== undefined && text.length <= MAX_FIELD ? text : undefined;
}
