import type { z } from 'zod';
import { once } from '../../platform/once.ts';
import { detailsOf } from '../../platform/typed_fields.ts';
import { Problem } from '../http/problem.ts';
import { Rendered } from '../http/rendered.ts';
import { SCHEMAS } from './answers.ts';

/**
 * A schema in the form that a route takes. It is built when a request or the document first needs it,
 * because building all of them would take as long as the rest of the start. It refuses with a
 * `Problem`, so Elysia never creates a validation error itself.
 */
export interface Declared<Value> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: 'zod';
    readonly types?: { readonly input: Value; readonly output: Value };
    validate(value: unknown): { value: Value };
  };
}

/** The type of a schema's checked value. */
export type ValueOf<Schema> = Schema extends Declared<infer Value> ? Value : never;

/** A request schema, and its description in the document. */
export interface DeclaredInput<Value = unknown> extends Declared<Value> {
  readonly schema: () => z.ZodType;
  readonly example?: unknown;
  /** Media types of a body. */
  readonly types: readonly BodyType[];
}

type BodyType = 'application/json' | 'application/x-www-form-urlencoded' | 'multipart/form-data';

export type SchemaName = keyof typeof SCHEMAS;

type Named<Name extends SchemaName> = z.output<ReturnType<(typeof SCHEMAS)[Name]>>;

/** A response schema, and its description in the document. */
export interface DeclaredAnswer<Value = unknown> extends Declared<Value> {
  readonly description: string;
  /** The schemas' names; with several, the response has one of them. */
  readonly names: readonly SchemaName[];
  /** Media types; all but JSON are text. */
  readonly types: readonly string[];
  readonly headers?: Record<string, { description: string; schema: { type: string } }>;
}

/** The words of a refusal; its field errors come from the schema. */
interface RefusalWords {
  title: string;
  message?: string;
}

/** Checked before the handler runs. */
export function input<Schema extends z.ZodType>(
  build: () => Schema,
  refusal: RefusalWords,
  about: { example?: unknown; types?: readonly BodyType[] } = {},
): DeclaredInput<z.output<Schema>> {
  const schema = once(build);
  return declaredInput(schema, about, readerOf(schema, refusal));
}

/** For handlers that check an unchecked input themselves. It throws a Problem that names the fields. */
export function readerOf<Schema extends z.ZodType>(
  schema: () => Schema,
  { title, message }: RefusalWords,
): (value: unknown) => z.output<Schema> {
  return (value) => {
    const { success, data, error } = schema().safeParse(value);
    if (success) return data;
    throw new Problem(422, 'invalid_input', title, { message, details: detailsOf(error) });
  };
}

/** Passed on unchecked: the functions that the handler calls check it. */
export function unchecked<Value>(
  build: () => z.ZodType,
  about: { example?: unknown; types?: readonly BodyType[] } = {},
): DeclaredInput<Value> {
  return declaredInput(once(build), about, (value) => value as Value);
}

function declaredInput<Value>(
  schema: () => z.ZodType,
  { types = JSON_OR_FORM, ...about }: { example?: unknown; types?: readonly BodyType[] },
  read: (value: unknown) => Value,
): DeclaredInput<Value> {
  return { '~standard': standard(read), schema, types, ...about };
}

export const JSON_OR_FORM = ['application/json', 'application/x-www-form-urlencoded'] as const;

/** JSON, a fragment of HTML or plain text, depending on `Accept`. */
const NEGOTIATED = ['application/json', 'text/html', 'text/plain'];

/** A response, by the name of its schema. */
export function returns<Name extends SchemaName>(
  name: Name,
  description: string,
  about: Partial<Pick<DeclaredAnswer, 'types' | 'headers' | 'names'>> = {},
): DeclaredAnswer<Named<Name>> {
  return {
    '~standard': standard<Named<Name>>((value) => {
      if (CHECKS_ANSWERS && value instanceof Rendered) value.checkWith(SCHEMAS[name]);
      return value as Named<Name>;
    }),
    description,
    names: [name],
    types: NEGOTIATED,
    ...about,
  };
}

export const NO_SUCH_JOB = 'There is no such job.';
export const INVALID_QUERY = 'The query is invalid; `details` lists the invalid parameters.';

/** The successful response by its status, and the refusals of a route. */
export function answers<Code extends number, Name extends SchemaName>(
  status: Code,
  name: Name,
  description: string,
  refused?: Parameters<typeof refusals>[0],
): { [Status in Code]: DeclaredAnswer<Named<Name>> } & Refusals {
  return { [status]: returns(name, description), ...refusals(refused) } as never;
}

/** A header that a route reads; checking headers with a schema would slow down every request. */
interface HeaderParameter {
  name: string;
  in: 'header';
  description: string;
  schema: { type: 'string'; minLength?: number; maxLength?: number };
}

/** How the document presents an operation: its section, id and summary. */
export function about(
  tag: 'Start' | 'Watch' | 'Act' | 'Read',
  operationId: string,
  summary: string,
  more: { description?: string; security?: []; parameters?: HeaderParameter[] } = {},
) {
  return { tags: [tag], operationId, summary, ...more };
}

/** A response that is text only: a log, a stream of events. */
export function returnsText(
  description: string,
  types: readonly string[],
  headers?: DeclaredAnswer['headers'],
): DeclaredAnswer<string> {
  const unread = standard((value) => value as string);
  return { '~standard': unread, description, names: [], types, headers };
}

type Status = 400 | 401 | 403 | 404 | 408 | 409 | 413 | 415 | 422 | 429 | 500 | 503;
type Refusals = { [Code in Status]: DeclaredAnswer<Named<'Error'>> };

/**
 * The refusals that a route describes, by status. Every other refusal has the same form, which the
 * document states once as the default response.
 */
export function refusals(described: Partial<Record<Status, string>> = {}): Refusals {
  const answers = Object.entries(described).map(([status, description]) => [
    status,
    returns('Error', description),
  ]);
  return Object.fromEntries(answers) as Refusals;
}

/** Responses are checked in development and tests only: it takes too long for production. */
const CHECKS_ANSWERS = ['development', 'test'].includes(process.env.NODE_ENV ?? '');

function standard<Value>(read: (value: unknown) => Value) {
  const validate = (value: unknown) => ({ value: read(value) });
  return { version: 1 as const, vendor: 'zod' as const, validate };
}
