import { z } from 'zod';
import { InvalidInput } from '../jobs/index.ts';
import { jsonSchemaOf } from '../platform/json_schema.ts';
import { plainLine } from './collected.ts';
import { type Form, formWords, typeWords, wrongPart } from './published_form.ts';

/** The longest name of an argument that an answer repeats, in UTF-16 code units. */
const MAX_NAME = 100;

/** @throws InvalidInput that names every argument that is wrong, in sentences. */
export function checked<Schema extends z.ZodType>(
  schema: Schema,
  given: unknown,
): z.output<Schema> {
  const { success, data, error } = schema.safeParse(given, { error: sentence });
  if (success) return data;
  throw new InvalidInput(detailsIn(error));
}

/**
 * Holds arguments to the schema that `tools/list` publishes. What reads them may take more: forms and
 * commands send texts for numbers, and a misspelt name would count as absent.
 * @throws InvalidInput that names the arguments that are unknown or have another form, and what else is
 * wrong with those given.
 */
export async function refuseUnpublished(
  schema: z.ZodType,
  given: Record<string, unknown>,
): Promise<void> {
  const { properties, additionalProperties } = jsonSchemaOf(schema);
  if (!properties) return;
  const isKnown = (name: string) => Object.hasOwn(properties, name);
  const names = Object.keys(given);
  const unknown = additionalProperties ? [] : names.filter((name) => !isKnown(name));
  const forms = properties as Record<string, Form>;
  const wrong = names.flatMap((name): [string, string][] => {
    const part = isKnown(name) ? wrongPart(forms[name] as Form, given[name], [name]) : undefined;
    return part ? [[part.path.join('.'), `This must be ${formWords(part.form)}.`]] : [];
  });
  if (unknown.length + wrong.length === 0) return;
  const { error } = await schema.safeParseAsync(given, { error: sentence });
  throw new InvalidInput({
    ...unknownArguments(schema, unknown),
    ...Object.fromEntries(wrong),
    // What the argument's own rule says is more than its form.
    ...(error && detailsIn(error)),
  });
}

/** The whole path of each argument, such as `tags.1`, and the first thing that is wrong with it. */
function detailsIn({ issues }: z.ZodError): Record<string, string> {
  const details = new Map<string, string>();
  for (const { code, path, message } of issues) {
    const name = path.map(String).join('.') || 'body';
    if (code !== 'unrecognized_keys' && !details.has(name)) details.set(name, message);
  }
  return Object.fromEntries(details);
}

function unknownArguments(schema: z.ZodType, names: string[]): Record<string, string> {
  if (names.length === 0) return {};
  const known = Object.keys(jsonSchemaOf(schema).properties ?? {}).join(', ');
  const advice = `There is no such argument. Use: ${known}.`;
  return Object.fromEntries(names.map((name) => [plainLine(name, MAX_NAME), advice]));
}

/** An argument that is a whole number from 0 on, to `max` if that is given. */
export function wholeNumberArgument(max?: number) {
  const error = `This must be a whole number from 0 ${max === undefined ? 'on' : `to ${max}`}.`;
  const number = z.int({ error }).min(0, error);
  return max === undefined ? number : number.max(max, error);
}

/** What an argument must be. Schemas that say it themselves come first. */
function sentence(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? `This argument is missing. It is ${typeWords(issue.expected)}.`
        : `This must be ${typeWords(issue.expected)}.`;
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

function bound(origin: string, most: 'least' | 'most', limit: number | bigint): string {
  if (origin === 'string') return `have ${limit} characters at ${most}`;
  if (origin === 'array') return `have ${limit} items at ${most}`;
  return `be ${limit} at ${most}`;
}
