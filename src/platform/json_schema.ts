import type { OpenAPIV3_1 } from 'openapi-types';
import { z } from 'zod';

type SchemaObject = OpenAPIV3_1.SchemaObject;

/** The form before parsing; a date is text. */
export const AS_SENT = {
  io: 'input',
  unrepresentable: 'any',
  override({ zodSchema, jsonSchema }) {
    // Zod sets this limit for every integer.
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    if (zodSchema._zod.def.type !== 'date') return;
    Object.assign(jsonSchema, { type: 'string', format: 'date-time', description: 'In UTC.' });
  },
} satisfies z.core.ToJSONSchemaParams;

/** The JSON Schema of what may be sent for a Zod schema. */
export function jsonSchemaOf(schema: z.ZodType): SchemaObject {
  const { $schema: _, ...json } = z.toJSONSchema(schema, AS_SENT);
  return merged(json as SchemaObject);
}

/** Merges the objects of an `allOf` into one object with the fields of all. */
function merged({ allOf, ...schema }: SchemaObject): SchemaObject {
  if (!allOf) return schema;
  const parts = allOf as SchemaObject[];
  const required = parts.flatMap((part) => part.required ?? []);
  const properties = Object.assign({}, ...parts.map((part) => part.properties));
  return { ...schema, type: 'object', properties, ...(required.length > 0 && { required }) };
}
