import type { ConnectionMethod, CredentialField } from '../sources/connection.ts';
import type { ConnectionTest } from '../sources/source_state.ts';

/** The longest value, in UTF-16 code units. */
const MAX_VALUE = 8_000;

/** What was entered cannot be stored. No message contains a value: it may be a secret. */
export class InvalidConnection extends Error {
  override readonly name = 'InvalidConnection';
  constructor(
    /** Field → what is wrong with it. */
    readonly details: Record<string, string>,
  ) {
    super(Object.values(details).join(' '));
  }
}

/** New credentials did not pass their test, and earlier ones that work stay in use. */
export class CredentialsNotAccepted extends Error {
  override readonly name = 'CredentialsNotAccepted';
  constructor({ outcome, message }: Pick<ConnectionTest, 'outcome' | 'message'>) {
    const reason = outcome === 'refused' ? message : `They could not be tested. ${message}`;
    super(`${reason} The earlier credentials stay in use.`);
  }
}

/**
 * The method of that name; without a name the only one, or the only one that has all the given fields.
 * @param given names of fields.
 * @throws InvalidConnection when there is no such method, or several could be meant.
 */
export function methodNamed<Method extends { name: string; fields: { name: string }[] }>(
  { methods }: { methods: Method[] },
  name: unknown,
  given: string[] = [],
): Method {
  const isNamed = name !== undefined && name !== '';
  const has = ({ fields }: Method, wanted: string) => fields.some((field) => field.name === wanted);
  const able = methods.filter((one) => given.every((wanted) => has(one, wanted)));
  const possible = isNamed ? methods.filter((one) => one.name === name) : able;
  const [method, ...others] = methods.length === 1 && !isNamed ? methods : possible;
  if (method && others.length === 0) return method;
  const names = methods.map((one) => one.name).join(', ');
  throw new InvalidConnection({ method: `Method must be one of: ${names}.` });
}

/**
 * The values of a method's fields, without blanks around them; a field with a default may be absent.
 * @throws InvalidConnection
 */
export function readValues(
  { fields }: ConnectionMethod,
  given: Record<string, unknown>,
): Record<string, string> {
  const names = fields.map(({ name }) => name);
  // The name of an unknown field is not repeated: it may be a secret that was typed in its place.
  if (Object.keys(given).some((name) => !names.includes(name))) {
    throw new InvalidConnection({ body: `The fields are: ${names.join(', ')}.` });
  }
  const details: Record<string, string> = {};
  const values: Record<string, string> = {};
  for (const field of fields) {
    const value = textOf(given[field.name]) || (field.default ?? '');
    const problem = problemOf(field, value);
    if (problem) details[field.name] = problem;
    values[field.name] = value;
  }
  if (Object.keys(details).length > 0) throw new InvalidConnection(details);
  return values;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

function problemOf(field: CredentialField, value: string): string | undefined {
  if (value === '') return `${field.label} is missing.`;
  if (value.length > MAX_VALUE) return `${field.label} is too long.`;
  // Such as the line breaks of a text that was copied: no header could carry them.
  if (/\p{Cc}/u.test(value)) return `${field.label} must be one line.`;
  return field.problem?.(value);
}
