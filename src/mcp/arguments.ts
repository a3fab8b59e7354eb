import type { z } from 'zod';
import { InvalidInput } from '../jobs/index.ts';
import { jsonSchemaOf } from '../platform/json_schema.ts';
import { detailsOf } from '../platform/typed_fields.ts';
import { plainLine } from './collected.ts';

/** The longest name of an argument that an answer repeats, in UTF-16 code units. */
const MAX_NAME = 100;

/** @throws InvalidInput that names every argument that is wrong, in sentences. */
export function checked<Schema extends z.ZodType>(
  schema: Schema,
  given: unknown,
): z.output<Schema> {
  const { success, data, error } = schema.safeParse(given, { error: sentence });
  if (success) return data;
  const unknown = error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : [],
  );
  const others = error.issues.filter(({ code }) => code !== 'unrecognized_keys');
  throw new InvalidInput({
    ...unknownArguments(schema, unknown),
    ...detailsOf({ issues: others }),
  });
}

/** A misspelt argument would otherwise count as absent. @throws InvalidInput that names it. */
export function refuseUnknown(schema: z.ZodType, given: Record<string, unknown>): void {
  const { properties, additionalProperties } = jsonSchemaOf(schema);
  if (!properties || additionalProperties) return;
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(properties, name));
  if (unknown.length > 0) throw new InvalidInput(unknownArguments(schema, unknown));
}

function unknownArguments(schema: z.ZodType, names: string[]): Record<string, string> {
  if (names.length === 0) return {};
  const known = Object.keys(jsonSchemaOf(schema).properties ?? {}).join(', ');
  const advice = `There is no such argument. Use: ${known}.`;
  return Object.fromEntries(names.map((name) => [plainLine(name, MAX_NAME), advice]));
}

/** What an argument must be. Schemas that say it themselves come first. */
function sentence(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? `This argument is missing. It is ${article(issue.expected)}.`
        : `This must be ${article(issue.expected)}.`;
    case 'invalid_value':
      return `This must be one of: ${issue.values.map(String).join(', ')}.`;
    case 'too_small':
      return `This must ${bound(issue.origin, 'least', issue.minimum)}.`;
    case 'too_big':
      return `This must ${bound(issue.origin, 'most', issue.maximum)}.`;
    case 'unrecognized_keys':
      return undefined;
    default:
      return 'This has the wrong form.';
  }
}

function article(type: string): string {
  if (type === 'int') return 'a whole number';
  if (type === 'boolean') return 'true or false';
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function bound(origin: string, most: 'least' | 'most', limit: number | bigint): string {
  if (origin === 'string') return `have ${limit} characters at ${most}`;
  if (origin === 'array') return `have ${limit} items at ${most}`;
  return `be ${limit} at ${most}`;
}
