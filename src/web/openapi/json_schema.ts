import type { OpenAPIV3_1 } from 'openapi-types';
import { z } from 'zod';
import { AS_SENT } from '../../platform/json_schema.ts';
import { SCHEMAS } from '../contract/answers.ts';

type SchemaObject = OpenAPIV3_1.SchemaObject;

/** The document's `components.schemas`. */
export function componentSchemas(): Record<string, SchemaObject> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(SCHEMAS)) registry.add(schema(), { id });
  const { schemas } = z.toJSONSchema(registry, {
    uri: (id) => `#/components/schemas/${id}`,
    ...AS_SENT,
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $id: _, $schema: __, ...schema }]) => [
      name,
      schema as SchemaObject,
    ]),
  );
}
