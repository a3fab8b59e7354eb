/** The longest text that a form of this program takes is shorter, in UTF-16 code units. */
const MAX_FIELD = 1_000;

/**
 * A value as it is typed into a field: a list separated by commas, anything with parts of its own as JSON.
 * `undefined` for what the field cannot hold.
 * @param syntax of the field: only such a one reads JSON.
 */
export function fieldText(value: unknown, syntax?: 'list' | 'json'): string | undefined {
  const text = plainText(value) ?? (syntax ? exactText(value) : looseText(value));
  return text !== undefined && text.length <= MAX_FIELD ? text : undefined;
}

function plainText(value: unknown): string | undefined {
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined;
}

function looseText(value: unknown): string | undefined {
  if (!Array.isArray(value)) return undefined;
  const parts = value.map(plainText);
  return parts.includes(undefined) ? undefined : parts.join(', ');
}

/** With commas only where they are read as the same list. */
function exactText(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const text = isSimpleList(value) ? value.join(', ') : '[';
  return text.startsWith('[') ? JSON.stringify(value) : text;
}

function isSimpleList(value: object): value is unknown[] {
  return Array.isArray(value) && value.length > 0 && value.every(isEntry);
}

function isEntry(part: unknown): boolean {
  const text = plainText(part) ?? '';
  return text !== '' && text === text.trim() && !text.includes(',');
}
