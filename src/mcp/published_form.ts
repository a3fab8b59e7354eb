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

/** Whether a value of JSON has the form that a schema describes. */
export function hasForm(form: Form, value: unknown): boolean {
  const either = form.anyOf ?? form.oneOf;
  if (either) return either.some((one) => hasForm(one, value));
  if (Object.hasOwn(form, 'const')) return value === form.const;
  if (form.enum) return form.enum.includes(value);
  const types = typesOf(form);
  if (types.length > 0 && !types.some((type) => isOfType(type, value))) return false;
  if (Array.isArray(value)) return value.every((item) => hasForm(form.items ?? {}, item));
  return !isObject(value) || haveForms(form.properties ?? {}, value);
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

function haveForms(forms: Record<string, Form>, value: Record<string, unknown>): boolean {
  return Object.entries(forms).every(
    ([name, form]) => !Object.hasOwn(value, name) || hasForm(form, value[name]),
  );
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
