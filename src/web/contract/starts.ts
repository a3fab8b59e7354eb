import type { DefinitionBase, Elysia, EphemeralType, MetadataBase, SingletonBase } from 'elysia';
import { z } from 'zod';
import type { InputOf, JobType, StartOptions, StartRequest } from '../../client/job_types.ts';
import type { Tracker } from '../../jobs/index.ts';
import type { Operations } from '../../operations/index.ts';
import { wordsOf } from '../../operations/words.ts';
import { jsonSchemaOf } from '../../platform/json_schema.ts';
import {
  about,
  type DeclaredInput,
  JSON_OR_FORM,
  refusals,
  returns,
  unchecked,
  type ValueOf,
} from './declare.ts';
import { optionFields } from './start_options.ts';

/** Maximum number of starts in one batch. */
export const MAX_BATCH = 1_000;

/** The job types of the tracker, and the operations among them. */
export interface StartDeps {
  tracker: Pick<Tracker, 'types' | 'inputOf'>;
  operations: Operations;
}

export const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header' as const,
  description:
    'A repeated request with the same key within 24 hours gets the original response and starts nothing.',
  schema: { type: 'string' as const, minLength: 1, maxLength: 255 },
};

/**
 * The contract of a route that starts jobs of a type. The input is checked where the job is created,
 * as for every other start.
 */
export function startContract({ tracker, operations }: StartDeps, type: Tracker['types'][number]) {
  const { summary, example } = wordsOf(type);
  const schema = () => z.intersection(tracker.inputOf(type), z.object(optionFields()));
  const body = unchecked<Record<string, unknown>>(schema, {
    example,
    ...(operations.get(type)?.words.upload && {
      types: [...JSON_OR_FORM, 'multipart/form-data' as const],
    }),
  });
  return {
    body,
    response: {
      202: returns('StartAnswer', 'The job that was started.', {
        headers: { location: { schema: { type: 'string' }, description: 'Its page.' } },
      }),
      ...refusals({
        422: 'Nothing was started; `details` lists the invalid fields.',
        429: 'Too many jobs are waiting. Nothing was started; Retry-After says when to retry.',
      }),
    },
    detail: about('Start', `start_${type}`, summary, {
      description:
        'Returns immediately; the job is already stored. An empty field counts as absent. Identical requests within half a second return the same job while it is active.',
      parameters: [IDEMPOTENCY_KEY],
    }),
  };
}

type Responses = ReturnType<typeof startContract>['response'];

/** The routes of all types. They are added in a loop, so Elysia cannot infer them. */
export type StartRoutes = Elysia<
  '',
  SingletonBase,
  DefinitionBase,
  MetadataBase,
  {
    api: {
      [Type in JobType]: {
        post: {
          body: InputOf<Type> & StartOptions;
          params: unknown;
          query: unknown;
          headers: unknown;
          response: { [Status in keyof Responses]: ValueOf<Responses[Status]> };
        };
      };
    };
  },
  EphemeralType,
  EphemeralType
>;

/** One start by its type, or a list of them. */
export function startsBody({
  tracker,
  operations,
}: StartDeps): DeclaredInput<StartRequest | StartRequest[]> {
  const example = [...operations.values()].flatMap(({ type, words: { example: input } }) =>
    input ? [{ type, input }] : [],
  );
  return unchecked(() => startsSchema(tracker), { types: ['application/json'], example });
}

function startsSchema(tracker: StartDeps['tracker']) {
  const one = z
    .object({
      type: z.enum(tracker.types),
      input: z
        .record(z.string(), z.unknown())
        .optional()
        .describe('The fields of that type, as for its own address.'),
      ...optionFields(),
    })
    .meta({ oneOf: tracker.types.map((type) => byType(type, tracker.inputOf(type))) });
  return z.union([one, z.array(one).min(1).max(MAX_BATCH)]);
}

/** What else a start of that type must match. */
function byType(type: string, schema: z.ZodType) {
  const input = jsonSchemaOf(schema);
  const needsInput = (input.required ?? []).length > 0;
  return {
    title: type,
    properties: { type: { const: type }, input },
    required: needsInput ? ['type', 'input'] : ['type'],
  };
}
