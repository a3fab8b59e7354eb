import type { OpenAPIV3_1 } from 'openapi-types';
import { BULK_ACTIONS, FAILURES, JOB_STATUSES } from '../../jobs/index.ts';
import {
  JOB_ID,
  json,
  jsonOrForm,
  NO_SUCH_JOB,
  negotiated,
  type Paths,
  part,
  query,
  refusal,
  STILL_ACTIVE,
  text,
  UNUSABLE_QUERY,
} from './parts.ts';

const TIME: OpenAPIV3_1.SchemaObject = { type: 'string', format: 'date-time' };
const WORD: OpenAPIV3_1.SchemaObject = { type: 'string', maxLength: 200 };

const FILTER = [
  query('status', 'Only jobs with this status.', { type: 'string', enum: [...JOB_STATUSES] }),
  query('failure', 'Only jobs that failed for this reason.', {
    type: 'string',
    enum: [...FAILURES],
  }),
  query('type', 'Only jobs of this type.', WORD, 'scrape'),
  query('session', 'Only jobs of this session.', WORD),
  query('q', 'Words in what was asked, the message, the error or the id.', WORD),
  query('since', 'Created since then; without a zone it is UTC.', TIME, '2026-01-31T12:00:00Z'),
  query('until', 'Created before then.', TIME),
];

const PAGING = [
  query(
    'limit',
    'Jobs on a page.',
    { type: 'integer', minimum: 1, maximum: 1_000, default: 50 },
    20,
  ),
  query('cursor', 'nextCursor of a page; leads to older jobs.'),
  query('newer', 'newerCursor of a page; leads back.'),
];

const POSITION = query('position', 'From this byte on.', {
  type: 'integer',
  minimum: 0,
  default: 0,
});

/** Jobs: listed, read, changed. */
export const JOB_PATHS: Paths = {
  '/api/jobs': {
    get: {
      operationId: 'list_jobs',
      tags: ['Watch'],
      summary: 'The jobs, newest first; as HTML the taskbar',
      parameters: [...FILTER, ...PAGING],
      responses: { 200: negotiated('A page of jobs.', 'JobPage'), 422: UNUSABLE_QUERY },
    },
  },
  '/api/jobs/{id}': {
    get: {
      operationId: 'read_job',
      tags: ['Watch'],
      summary: 'One job with its steps, attempts and children',
      parameters: [JOB_ID],
      responses: { 200: negotiated('The job.', 'DetailedJobAnswer'), 404: NO_SUCH_JOB },
    },
    delete: {
      operationId: 'delete_job',
      tags: ['Act'],
      summary: 'Remove a job for good',
      parameters: [
        JOB_ID,
        query('force', '1 removes an active one too.', { type: 'string', enum: ['1'] }),
      ],
      responses: {
        200: negotiated('The job as it was.', 'JobAnswer'),
        404: NO_SUCH_JOB,
        409: STILL_ACTIVE,
      },
    },
  },
  '/api/jobs/{id}/log': {
    get: {
      operationId: 'read_log',
      tags: ['Watch'],
      summary: 'What its handler wrote; the newest 1 MB is kept',
      parameters: [
        JOB_ID,
        POSITION,
        query('download', '1 gives it a file name.', { type: 'string', enum: ['1'] }),
      ],
      responses: {
        200: {
          ...text('The log from there on.', 'text/plain'),
          headers: {
            'x-log-position': { schema: { type: 'integer' }, description: 'Where to go on.' },
          },
        },
        404: NO_SUCH_JOB,
        422: UNUSABLE_QUERY,
      },
    },
  },
  '/api/sessions/{id}/jobs': {
    get: {
      operationId: 'list_session',
      tags: ['Watch'],
      summary: 'The jobs started with one sessionId, and their sum',
      parameters: [
        part('id', 'The session’s id.', 'monday'),
        ...FILTER.filter(({ name }) => name !== 'session'),
        ...PAGING,
      ],
      responses: { 200: negotiated('A page of jobs.', 'SessionPage'), 422: UNUSABLE_QUERY },
    },
  },
  '/api/history': {
    get: {
      operationId: 'read_history',
      tags: ['Watch'],
      summary: 'How jobs fared over time',
      parameters: [
        query('by', 'The length of a period.', {
          type: 'string',
          enum: ['hour', 'day'],
          default: 'hour',
        }),
        query('since', 'From then on; by default the last day.', TIME),
        query('until', 'Until then; by default now.', TIME),
        query('type', 'Only jobs of this type.', { type: 'string' }, 'scrape'),
      ],
      responses: {
        200: {
          description: 'Counted by period.',
          content: {
            ...json('', 'History').content,
            ...text('', 'text/plain').content,
          },
        },
        422: UNUSABLE_QUERY,
      },
    },
  },
  '/api/jobs/{id}/cancel': {
    post: {
      operationId: 'cancel_job',
      tags: ['Act'],
      summary: 'Cancel a job that waits or runs',
      parameters: [JOB_ID],
      responses: {
        200: negotiated('The job, cancelling or cancelled.', 'JobAnswer'),
        404: refusal('There is no such job, or it has already ended.'),
      },
    },
  },
  '/api/jobs/{id}/retry': {
    post: {
      operationId: 'retry_job',
      tags: ['Act'],
      summary: 'Run an ended job again',
      parameters: [JOB_ID],
      responses: {
        202: negotiated('The job, queued.', 'JobAnswer'),
        404: NO_SUCH_JOB,
        409: refusal('It is active, or was tracked by another program.'),
      },
    },
  },
  '/api/jobs/{id}/dismiss': {
    post: {
      operationId: 'dismiss_job',
      tags: ['Act'],
      summary: 'Take an ended job out of the taskbar',
      parameters: [JOB_ID],
      responses: {
        200: negotiated('The job.', 'JobAnswer'),
        404: NO_SUCH_JOB,
        409: STILL_ACTIVE,
      },
    },
  },
  '/api/jobs/{id}/remove': {
    post: {
      operationId: 'remove_job',
      tags: ['Act'],
      summary: 'Remove a job for good, for forms that cannot send DELETE',
      parameters: [JOB_ID],
      requestBody: jsonOrForm({
        type: 'object',
        properties: { force: { enum: [true, '1'], description: 'Removes an active one too.' } },
      }),
      responses: {
        200: negotiated('The job as it was.', 'JobAnswer'),
        404: NO_SUCH_JOB,
        409: STILL_ACTIVE,
      },
    },
  },
  '/api/jobs/bulk': {
    post: {
      operationId: 'change_jobs',
      tags: ['Act'],
      summary: 'Cancel, retry or remove many jobs, by their ids or by a filter',
      description:
        'A form repeats ids, or has filter as it stands in an address. An empty filter means every job. Active jobs are not removed.',
      requestBody: {
        required: true,
        ...jsonOrForm(
          {
            type: 'object',
            properties: {
              action: { type: 'string', enum: [...BULK_ACTIONS] },
              ids: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 10_000 },
              filter: {
                type: ['object', 'string'],
                properties: Object.fromEntries(
                  FILTER.map(({ name, schema }) => [name, schema ?? {}]),
                ),
              },
            },
            required: ['action'],
          },
          { action: 'retry', ids: [JOB_ID.example] },
        ),
      },
      responses: {
        200: negotiated('How many it was done to.', 'BulkAnswer'),
        422: refusal('Nothing was changed; details name what does not fit.'),
      },
    },
  },
};
