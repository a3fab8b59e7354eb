import {
  JOB_ID,
  NO_SUCH_JOB,
  type Parameter,
  type Paths,
  query,
  refusal,
  text,
  UNUSABLE_QUERY,
} from './parts.ts';

const TOO_MANY = refusal('Too many live connections are open, or the database cannot be read.');
const BEAT = 'After 20 s of silence a comment and an event beat.';

/** An `EventSource` sends the header when it comes back; a page cannot set it in a new one. */
const RESUME: Parameter[] = [
  {
    name: 'Last-Event-ID',
    in: 'header',
    description: 'The id of the last event that came: what it told is not told again.',
    schema: { type: 'string' },
  },
  query('lastEventId', 'What Last-Event-ID says, for those that cannot set a header.'),
];

const TRACKED = {
  summary: 'Events about the jobs that are named',
  description: `First for each of them job with the job and its steps as JSON, or not_found; then the same after each change, and progress at most twenty times a second. ${BEAT}`,
  tags: ['Watch'],
  responses: {
    200: text('Server-sent events, until the client leaves.', 'text/event-stream'),
    422: UNUSABLE_QUERY,
    503: TOO_MANY,
  },
};

/** What is told as it happens. */
export const STREAM_PATHS: Paths = {
  '/api/jobs/stream': {
    get: {
      operationId: 'follow_taskbar',
      tags: ['Watch'],
      summary: 'The taskbar’s HTML as it changes, and logs as they grow',
      description: `Events jobs with the whole taskbar, job with the live parts of those that progressed, log with JSON. ${BEAT}`,
      parameters: [
        query(
          'log',
          'A job’s id, @, and a byte: its log from there on. Up to 20 times.',
          { type: 'array', items: { type: 'string' }, maxItems: 20 },
          [`${JOB_ID.example}@0`],
        ),
        ...RESUME,
      ],
      responses: {
        200: text('Server-sent events, until the client leaves.', 'text/event-stream'),
        422: UNUSABLE_QUERY,
        503: TOO_MANY,
      },
    },
  },
  '/api/jobs/stream/jobs': {
    get: {
      operationId: 'follow_jobs',
      ...TRACKED,
      parameters: [
        {
          ...query(
            'job',
            'A job’s id; up to 10,000 times.',
            { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 10_000 },
            [JOB_ID.example],
          ),
          required: true,
        },
      ],
    },
    post: {
      operationId: 'follow_many_jobs',
      ...TRACKED,
      summary: 'The same for a list that is too long for an address',
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: {
              type: 'object',
              properties: {
                jobs: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 10_000 },
              },
              required: ['jobs'],
            },
            example: { jobs: [JOB_ID.example] },
          },
        },
      },
    },
  },
  '/api/jobs/{id}/stream': {
    get: {
      operationId: 'follow_job',
      tags: ['Watch'],
      summary: 'One job until it ends',
      description:
        'Events job with what reading the job answers, and at the end one event end with its status; or lines of progress as text.',
      parameters: [JOB_ID, ...RESUME],
      responses: {
        200: text('Until the job ends.', 'text/event-stream', 'text/plain'),
        404: NO_SUCH_JOB,
        503: TOO_MANY,
      },
    },
  },
};
