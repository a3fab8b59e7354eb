import type { OpenAPIV3_1 } from 'openapi-types';
import { SESSION_PATTERN, type Tracker } from '../../jobs/index.ts';
import { STARTS } from './examples.ts';
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

const SUMMARIES = new Map<string, string>([
  ['scrape', 'Collect the posts of one author'],
  ['search', 'Collect posts on a topic'],
  ['discover', 'Find profiles by what they say of themselves'],
  ['embed', 'Give every post a vector, so that it can be found by meaning'],
]);

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
export function startPaths(tracker: Pick<Tracker, 'types' | 'inputOf'>): Paths {
  const starts = tracker.types.map((type) => [`/api/${type}`, { post: startOf(tracker, type) }]);
  return {
    ...Object.fromEntries(starts),
    '/api/jobs': { post: byName(tracker) },
  };
}

function startOf(tracker: Pick<Tracker, 'inputOf'>, type: Tracker['types'][number]): Operation {
  const input = inputSchema(tracker.inputOf(type));
  const schema = { ...input, properties: { ...input.properties, sessionId: SESSION } };
  const requestBody = jsonOrForm(schema, STARTS.get(type));
  if (type === 'scrape') requestBody.content['multipart/form-data'] = ZIP_FORM;
  return {
    operationId: `start_${type}`,
    tags: ['Start'],
    summary: SUMMARIES.get(type) ?? `Start a job of the type ${type}`,
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

function byName(tracker: Pick<Tracker, 'types' | 'inputOf'>): Operation {
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
  const example = [...STARTS]
    .filter(([type]) => types.some((known) => known === type))
    .map(([type, input]) => ({ type, input }));
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
