import type { OpenAPIV3_1 } from 'openapi-types';
import { z } from 'zod';
import { SCHEMAS } from '../contract/answers.ts';

type SchemaObject = OpenAPIV3_1.SchemaObject;

/** The form before parsing; a date is text. */
const AS = {
  io: 'input',
  unrepresentable: 'any',
  override({ zodSchema, jsonSchema }) {
    // Zod sets this limit for every integer.
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    if (zodSchema._zod.def.type !== 'date') return;
    Object.assign(jsonSchema, { type: 'string', format: 'date-time', description: 'In UTC.' });
  },
} satisfies z.core.ToJSONSchemaParams;

/** The JSON Schema of a request schema. */
export function jsonSchemaOf(schema: z.ZodType): SchemaObject {
  const { $schema: _, ...json } = z.toJSONSchema(schema, AS);
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

/** The document's `components.schemas`. */
export function componentSchemas(): Record<string, SchemaObject> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(SCHEMAS)) registry.add(schema(), { id });
  const { schemas } = z.toJSONSchema(registry, {
    uri: (id) => `#/components/schemas/${id}`,
    ...AS,
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $id: _, $schema: __, ...schema }]) => [
      name,
      schema as SchemaObject,
    ]),
  );
}
