import { z } from 'zod';
import { hasWords } from './fields.ts';
import { acceptsNull, type Rule, readText, rulesOf } from './json_rules.ts';
import { withParts } from './schema_parts.ts';

/**
 * Forms and commands send texts. A plain schema for a number, a tick, a list or an object would refuse
 * them, so each such field is read first; see `readText`. An empty text is absent. JSON is accepted as
 * before.
 */
export function sendable(schema: z.ZodType): z.ZodType {
  if (!(schema instanceof z.ZodObject)) return withParts(schema, sendable);
  const { fields, required } = rulesOf(schema);
  const rules = new Map(fields);
  const shape = Object.fromEntries(
    Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, field]) => [
      name,
      hasWords(field)
        ? field
        : z.preprocess(readerOf(rules.get(name) ?? {}, required.has(name)), field),
    ]),
  );
  // Unlike a new object, a clone keeps what is checked of the whole.
  return schema.clone({ ...schema.def, shape });
}

/** Of a field that must be given and may be null, nothing is null: a form has no other way to say it. */
function readerOf(rule: Rule, isRequired: boolean): (given: unknown) => unknown {
  const takesNull = acceptsNull(rule);
  const empty = takesNull && isRequired ? null : undefined;
  return (given) => {
    if (given === null) return takesNull ? null : undefined;
    if (typeof given !== 'string') return given;
    return given.trim() === '' ? empty : readText(given, rule);
  };
}
