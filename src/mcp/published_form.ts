/** The part of a JSON Schema that tells the form of a value. Bounds and patterns are for the tool's own rules. */
export interface Form {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Form[];
  oneOf?: Form[];
  items?: Form;
  properties?: Record<string, Form>;
}

/** A part of a value that has another form than it must have. */
export interface WrongPart {
  /** Names and numbers from the value to the part. */
  path: readonly string[];
  form: Form;
}

/** The first part of a value of JSON that does not have the form that a schema describes. */
export function wrongPart(
  form: Form,
  value: unknown,
  path: readonly string[],
): WrongPart | undefined {
  const either = form.anyOf ?? form.oneOf;
  if (either) {
    return either.some((one) => !wrongPart(one, value, path)) ? undefined : { path, form };
  }
  if (!isOfForm(form, value)) return { path, form };
  for (const [name, part] of partsOf(form, value)) {
    const wrong = wrongPart(part, (value as Record<string, unknown>)[name], [...path, name]);
    if (wrong) return wrong;
  }
  return undefined;
}

/** What a value must be: "a whole number or \"all\"". */
export function formWords(form: Form): string {
  const either = form.anyOf ?? form.oneOf;
  if (either) return either.map(formWords).join(' or ');
  if (Object.hasOwn(form, 'const')) return JSON.stringify(form.const);
  if (form.enum) return `one of: ${form.enum.join(', ')}`;
  return typesOf(form).map(typeWords).join(' or ') || 'of the form that the schema describes';
}

/** "a string", "a whole number", "true or false". */
export function typeWords(type: string): string {
  if (type === 'int' || type === 'integer') return 'a whole number';
  if (type === 'boolean') return 'true or false';
  if (type === 'null') return 'null';
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

/** Whether the value itself has the form, whatever is in it. */
function isOfForm(form: Form, value: unknown): boolean {
  if (Object.hasOwn(form, 'const')) return value === form.const;
  if (form.enum) return form.enum.includes(value);
  const types = typesOf(form);
  return types.length === 0 || types.some((type) => isOfType(type, value));
}

function partsOf({ items, properties }: Form, value: unknown): [name: string, form: Form][] {
  if (Array.isArray(value)) return value.map((_, index) => [String(index), items ?? {}]);
  if (!isObject(value)) return [];
  return Object.entries(properties ?? {}).filter(([name]) => Object.hasOwn(value, name));
}

const typesOf = ({ type }: Form): string[] => (type === undefined ? [] : [type].flat());

function isOfType(type: string, value: unknown): boolean {
  switch (type) {
    case 'integer':
      return Number.isInteger(value);
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'null':
      return value === null;
    default:
      return typeof value === type;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
