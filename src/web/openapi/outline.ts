import type { OpenAPIV3_1 } from 'openapi-types';
import type { ApiAnswer, ApiField, ApiModel, ApiOperation } from '../../../views/view_models.ts';
import { commandOf } from './command.ts';
import type { ApiDocument, Operation, Schema } from './document.ts';
import { nameOf, ruleOf } from './rules.ts';

/**
 * The document in the form that the page shows.
 * @param origin the server's origin, for the commands to copy.
 */
export function apiModel(document: ApiDocument, origin: string): ApiModel {
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const hasToken = document.security?.length !== 0;
  return {
    hasToken,
    sections: (document.tags ?? []).map(({ name, description = '' }) => ({
      name,
      description,
      operations: all
        .filter(({ operation }) => operation.tags?.includes(name))
        .map(({ path, method, operation }) => ({
          ...outlineOf(path, method, operation),
          command: commandOf(origin, hasToken, path, method, operation),
        })),
    })),
    schemas: Object.entries(document.components?.schemas ?? {}).map(([name, schema]) => ({
      name,
      fields: fieldsOf(schema),
    })),
  };
}

function outlineOf(
  path: string,
  method: string,
  operation: Operation,
): Omit<ApiOperation, 'command'> {
  return {
    id: operation.operationId,
    method: method.toUpperCase(),
    path,
    summary: operation.summary,
    description: operation.description ?? '',
    headers: parametersOf(operation, ['header']),
    parameters: parametersOf(operation, ['path', 'query']),
    fields: fieldsOf(bodySchema(operation)),
    answers: Object.entries(operation.responses ?? {}).map(answerOf),
  };
}

function parametersOf({ parameters = [] }: Operation, places: string[]): ApiField[] {
  return parameters
    .filter((parameter) => places.includes(parameter.in))
    .map(({ name, required = false, schema, description = '' }) => ({
      name,
      required,
      rule: ruleOf(schema),
      description,
    }));
}

function bodySchema({ requestBody }: Operation): Schema {
  const { schema = {} } = Object.values(requestBody?.content ?? {})[0] ?? {};
  return 'anyOf' in schema ? (schema.anyOf?.[0] ?? {}) : schema;
}

function fieldsOf(schema: Schema): ApiField[] {
  if ('$ref' in schema) return [];
  return Object.entries(schema.properties ?? {}).map(([name, field]) => ({
    name,
    required: schema.required?.includes(name) ?? false,
    rule: ruleOf(field),
    description: field.description ?? '',
  }));
}

function answerOf([status, answer]: [
  string,
  OpenAPIV3_1.ResponseObject | OpenAPIV3_1.ReferenceObject,
]): ApiAnswer {
  if ('$ref' in answer) {
    return { status, description: 'Any other error.', schemas: ['Error'] };
  }
  const schema = answer.content?.['application/json']?.schema ?? {};
  const either = 'oneOf' in schema ? (schema.oneOf ?? []) : [schema];
  const schemas = either.flatMap((one) => nameOf(one) ?? []);
  return { status, description: answer.description ?? '', schemas };
}
