/** The longest text that a form of this program takes is shorter, in UTF-16 code units. */
const MAX_FIELD = 1_000;

/**
 * A value as it is typed into a field: a list separated by commas, anything with parts of its own as JSON.
 * `undefined` for what no field can hold.
 */
export function fieldText(value: unknown): string | undefined {
  const text = plainText(value) ?? listText(value) ?? jsonText(value);
  return text !== undefined && text.length <= MAX_FIELD ? text : undefined;
}

function plainText(value: unknown): string | undefined {
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined;
}

/** `undefined` for a list that would be read as another one. */
function listText(value: unknown): string | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const parts = value.map(plainText);
  if (!parts.every((part) => part !== undefined && isEntry(part))) return undefined;
  const text = parts.join(', ');
  return text.startsWith('[') ? undefined : text;
}

function isEntry(text: string): boolean {
  return text !== '' && text === text.trim() && !text.includes(',');
}

function jsonText(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : undefined;
}
