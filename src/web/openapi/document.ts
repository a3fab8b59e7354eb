import { toOpenAPISchema } from '@elysiajs/openapi';
import type { AnyElysia } from 'elysia';
import type { OpenAPIV3_1 } from 'openapi-types';
import packageJson from '../../../package.json' with { type: 'json' };
import { jsonSchemaOf } from '../../platform/json_schema.ts';
import { basePath } from '../../text/urls.ts';
import type { DeclaredAnswer, DeclaredInput } from '../contract/declare.ts';
import { componentSchemas } from './json_schema.ts';

export type ApiDocument = Omit<OpenAPIV3_1.Document, 'paths'> & { paths: Paths };

export type Schema = OpenAPIV3_1.SchemaObject | OpenAPIV3_1.ReferenceObject;

/** `openapi-types` 12.1.3 types the schemas of parameters and bodies as those of version 3.0. */
type Parameter = Omit<OpenAPIV3_1.ParameterObject, 'schema'> & { schema: Schema };
export type Operation = Omit<OpenAPIV3_1.OperationObject, 'parameters' | 'requestBody'> & {
  operationId: string;
  summary: string;
  parameters?: Parameter[];
  requestBody?: OpenAPIV3_1.RequestBodyObject;
};
type Paths = Record<string, Partial<Record<'get' | 'post' | 'delete', Operation>>>;

/** The parts of a route that the document needs. */
interface Stated {
  body?: DeclaredInput;
  response?: Record<string, DeclaredAnswer>;
  detail?: { parameters?: Parameter[]; hide?: boolean };
}

/** The version of OpenAPI. */
const VERSION = '3.1.0';

const TAGS = [
  { name: 'Start', description: 'Every operation is a job. Starting one returns immediately.' },
  { name: 'Watch', description: 'Jobs as lists, one by one, and live.' },
  { name: 'Act', description: 'Change jobs.' },
  { name: 'Read', description: 'Collected data and server health.' },
];

/**
 * The whole API as an OpenAPI 3.1 document, derived from its routes.
 * @param hasToken whether the server requires a token.
 */
export function apiDocument(app: AnyElysia, hasToken: boolean): ApiDocument {
  return {
    openapi: VERSION,
    info: {
      title: 'xgpt',
      version: packageJson.version,
      description:
        'Collects posts, embeds them, and finds them again by meaning. Send Accept: application/json for JSON, or text/plain for a terminal; other clients get HTML.',
      license: { name: packageJson.license, identifier: packageJson.license },
    },
    servers: [{ url: basePath() || '/' }],
    tags: TAGS,
    security: hasToken ? [{ token: [] }] : [],
    paths: pathsOf(app),
    components: {
      schemas: componentSchemas(),
      responses: {
        Refusal: { description: 'What went wrong and what to do.', content: contentOf(REFUSAL) },
      },
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'The value of XGPT_TOKEN, where it is set.',
        },
      },
    },
  };
}

const REFUSAL = {
  names: ['Error'],
  types: ['application/json', 'text/html', 'text/plain'],
} satisfies Pick<DeclaredAnswer, 'names' | 'types'>;

/** The plugin reads the routes; the media types of bodies and responses are added here. */
function pathsOf(app: AnyElysia): Paths {
  const mapJsonSchema = { zod: (declared: DeclaredInput) => jsonOf(declared) };
  const { paths } = toOpenAPISchema(app, undefined, undefined, mapJsonSchema, VERSION);
  const described = paths as unknown as Paths;
  for (const { method, path, hooks } of app.routes) {
    const stated = hooks as Stated;
    if (stated.detail?.hide) continue;
    const methods = described[path.replace(/:(\w+)/g, '{$1}')];
    const operation = methods?.[method.toLowerCase() as 'get'];
    if (operation) Object.assign(operation, completed(operation, stated));
  }
  return described;
}

/** A response has no schema here: the document refers to it by name. */
function jsonOf(declared: DeclaredInput): OpenAPIV3_1.SchemaObject {
  return declared.schema ? jsonSchemaOf(declared.schema()) : {};
}

function completed(operation: Operation, { body, response = {}, detail }: Stated) {
  const given = (operation.parameters ?? []).map(withExample);
  const parameters =
    operation.parameters === detail?.parameters ? given : [...given, ...(detail?.parameters ?? [])];
  return {
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: requestBody(body) }),
    responses: {
      ...Object.fromEntries(
        Object.entries(response).map(([status, said]) => [status, answerOf(said)]),
      ),
      default: { $ref: '#/components/responses/Refusal' },
    },
  };
}

/** A description and an example belong to the parameter; the plugin leaves them in its schema. */
function withExample({ schema, ...parameter }: Parameter): Parameter {
  if ('$ref' in schema) return { ...parameter, schema };
  const { description, examples, ...rest } = schema as OpenAPIV3_1.SchemaObject;
  const [example] = examples ?? [];
  return {
    ...parameter,
    ...(description && { description }),
    schema: rest as Schema,
    ...(example !== undefined && { example }),
  };
}

function requestBody(declared: DeclaredInput): OpenAPIV3_1.RequestBodyObject {
  const schema = jsonOf(declared);
  const { types, example } = declared;
  const isRequired = schema.type !== 'object' || (schema.required ?? []).length > 0;
  const content = types.map((type) => [
    type,
    type === 'multipart/form-data' && types.length > 1
      ? { schema: FILE }
      : { schema, ...(example !== undefined && { example }) },
  ]);
  return { ...(isRequired && { required: true }), content: Object.fromEntries(content) };
}

/** The schema of a form that uploads a file, where JSON and plain forms are accepted too. */
const FILE: OpenAPIV3_1.SchemaObject = {
  type: 'object',
  properties: { file: { type: 'string', contentMediaType: 'application/octet-stream' } },
  required: ['file'],
};

function answerOf(answer: DeclaredAnswer): OpenAPIV3_1.ResponseObject {
  const { description, headers } = answer;
  return {
    description,
    ...(headers && { headers }),
    content: contentOf(answer),
  } as OpenAPIV3_1.ResponseObject;
}

function contentOf({ names, types }: Pick<DeclaredAnswer, 'names' | 'types'>) {
  const refs = names.map((name) => ({ $ref: `#/components/schemas/${name}` }));
  const json = refs.length > 1 ? { oneOf: refs } : refs[0];
  return Object.fromEntries(
    types.map((type) => [
      type,
      { schema: type === 'application/json' ? json : { type: 'string' as const } },
    ]),
  ) as OpenAPIV3_1.ResponseObject['content'];
}
