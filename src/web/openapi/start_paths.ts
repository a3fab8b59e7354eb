import type { OpenAPIV3_1 } from 'openapi-types';
import { SESSION_PATTERN, type Tracker } from '../../jobs/index.ts';
import type { Operations } from '../../operations/index.ts';
import { wordsOf } from '../../operations/words.ts';
import {
  jsonOrForm,
  negotiated,
  type Operation,
  type Parameter,
  type Paths,
  ref,
  refusal,
  ZIP_FORM,
} from './parts.ts';
import { inputSchema } from './schemas.ts';

/** The job types of the tracker, and what is known of those that have a folder. */
export interface StartDeps {
  tracker: Pick<Tracker, 'types' | 'inputOf'>;
  operations: Operations;
}

const SESSION: OpenAPIV3_1.SchemaObject = {
  type: 'string',
  maxLength: 100,
  pattern: SESSION_PATTERN,
  description: 'Jobs with the same one can be listed together.',
};

const IDEMPOTENCY_KEY: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'Sent again with the same key within 24 hours, the same request gets the first answer again and starts nothing.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

const REFUSALS = {
  422: refusal('Nothing was started; details name the fields that do not fit.'),
  429: refusal('Too many jobs wait already. Nothing was started; Retry-After says when to ask.'),
};

/** An address for each job type there is, and the one that starts by name. */
export function startPaths(deps: StartDeps): Paths {
  const { tracker } = deps;
  const starts = tracker.types.map((type) => [`/api/${type}`, { post: startOf(deps, type) }]);
  return {
    ...Object.fromEntries(starts),
    '/api/jobs': { post: byName(deps) },
  };
}

function startOf({ tracker, operations }: StartDeps, type: Tracker['types'][number]): Operation {
  const { summary, example } = wordsOf(type);
  const input = inputSchema(tracker.inputOf(type));
  const schema = { ...input, properties: { ...input.properties, sessionId: SESSION } };
  const requestBody = jsonOrForm(schema, example);
  if (operations.get(type)?.upload) requestBody.content['multipart/form-data'] = ZIP_FORM;
  return {
    operationId: `start_${type}`,
    tags: ['Start'],
    summary,
    description:
      'Answers at once; the job is on disk then. An empty field counts as absent. The same asked for twice within half a second is one job.',
    parameters: [IDEMPOTENCY_KEY],
    requestBody,
    responses: {
      202: {
        ...negotiated('The job that was started.', 'JobAnswer'),
        headers: { location: { schema: { type: 'string' }, description: 'Its page.' } },
      },
      ...REFUSALS,
    },
  };
}

function byName({ tracker, operations }: StartDeps): Operation {
  const { types } = tracker;
  const one: OpenAPIV3_1.SchemaObject = {
    type: 'object',
    properties: {
      type: { type: 'string', enum: types },
      input: {
        type: 'object',
        description: 'The fields of that type, as its own address takes them.',
      },
      sessionId: SESSION,
    },
    required: ['type'],
    oneOf: types.map((type) => ofType(type, inputSchema(tracker.inputOf(type)))),
  };
  const schema: OpenAPIV3_1.SchemaObject = {
    oneOf: [one, { type: 'array', items: one, minItems: 1, maxItems: 1_000 }],
  };
  const example = [...operations.values()].flatMap(({ type, words: { example: input } }) =>
    input ? [{ type, input }] : [],
  );
  return {
    operationId: 'start_jobs',
    tags: ['Start'],
    summary: 'Start one job by its type, or up to 1,000 at once',
    parameters: [IDEMPOTENCY_KEY],
    requestBody: { required: true, content: { 'application/json': { schema, example } } },
    responses: {
      202: negotiated('All were started.', 'BatchAnswer'),
      207: negotiated('Some were started.', 'BatchAnswer'),
      422: {
        description:
          'None was started: each says why, or the list as a whole is none, or the key cannot be used.',
        content: {
          ...negotiated('', 'BatchAnswer').content,
          'application/json': { schema: { oneOf: [ref('BatchAnswer'), ref('Error')] } },
        },
      },
      429: negotiated('None was started, because too many jobs wait already.', 'BatchAnswer'),
    },
  };
}

/** What the start of that type must be besides. */
function ofType(type: string, input: OpenAPIV3_1.SchemaObject): OpenAPIV3_1.SchemaObject {
  const needsInput = (input.required ?? []).length > 0;
  return {
    title: type,
    properties: { type: { const: type }, input },
    required: needsInput ? ['type', 'input'] : ['type'],
  };
}
