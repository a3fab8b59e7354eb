import type { OpenAPIV3_1 } from 'openapi-types';
import { COMPLETED_JOB } from './examples.ts';
import type { SchemaName } from './schemas.ts';

export type Schema = OpenAPIV3_1.SchemaObject | OpenAPIV3_1.ReferenceObject;

/** `openapi-types` 12.1.3 takes the schemas of parameters and bodies for those of version 3.0. */
export type Parameter = Omit<OpenAPIV3_1.ParameterObject, 'schema'> & { schema: Schema };
export type Operation = Omit<OpenAPIV3_1.OperationObject, 'parameters' | 'requestBody'> & {
  operationId: string;
  summary: string;
  parameters?: Parameter[];
  requestBody?: OpenAPIV3_1.RequestBodyObject;
};
export type Paths = Record<string, Partial<Record<'get' | 'post' | 'delete', Operation>>>;
type Answer = OpenAPIV3_1.ResponseObject;

export function ref(name: SchemaName): OpenAPIV3_1.ReferenceObject {
  return { $ref: `#/components/schemas/${name}` };
}

/** JSON for a program that accepts it. */
export function json(description: string, name: SchemaName): Answer {
  return { description, content: { 'application/json': { schema: ref(name) } } };
}

/** The same as JSON, as a fragment of HTML or as plain text, as the asker accepts. */
export function negotiated(description: string, name: SchemaName): Answer {
  const asJson = json(description, name);
  const asText = text(description, 'text/html', 'text/plain');
  return { description, content: { ...asJson.content, ...asText.content } };
}

/** Text of another kind: a log, a stream of events. */
export function text(description: string, ...types: string[]): Answer {
  const content = types.map((type) => [type, { schema: { type: 'string' as const } }]);
  return { description, content: Object.fromEntries(content) };
}

export function refusal(description: string): Answer {
  return negotiated(description, 'Error');
}

export const NO_SUCH_JOB = refusal('There is no such job.');
export const STILL_ACTIVE = refusal('The job is still active.');
export const UNUSABLE_QUERY = refusal('What is asked for cannot be read; details name it.');

/** What stands in an address after `?`. */
export function query(
  name: string,
  description: string,
  schema: Schema = { type: 'string' },
  example?: unknown,
): Parameter {
  return { name, in: 'query', description, schema, ...(example !== undefined && { example }) };
}

/** A part of the path. */
export function part(name: string, description: string, example: string): Parameter {
  const schema = { type: 'string' as const };
  return { name, in: 'path', required: true, description, schema, example };
}

export const JOB_ID = part('id', 'The job’s id.', COMPLETED_JOB.id);

/** One and the same object as JSON or as a form's fields. */
export function jsonOrForm(schema: Schema, example?: unknown): OpenAPIV3_1.RequestBodyObject {
  const content = { schema, ...(example !== undefined && { example }) };
  return {
    content: { 'application/json': content, 'application/x-www-form-urlencoded': content },
  };
}

/** A form with a file, as a browser sends it. */
export const ZIP_FORM: OpenAPIV3_1.MediaTypeObject = {
  schema: {
    type: 'object',
    properties: { file: { type: 'string', contentMediaType: 'application/zip' } },
    required: ['file'],
  },
};
