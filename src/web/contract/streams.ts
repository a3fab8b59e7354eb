import { parseFields } from '../http/body.ts';
import { about, INVALID_QUERY, NO_SUCH_JOB, refusals, returnsText } from './declare.ts';
import {
  FOLLOWED_JOB,
  FOLLOWED_JOBS_BODY,
  FOLLOWED_JOBS_QUERY,
  FOLLOWED_LOGS,
  JOB_EVENTS_QUERY,
  JOB_ID,
} from './requests.ts';

const TOO_MANY = 'Too many live connections are open, or the database cannot be read.';
const BEAT = 'After 20 s of silence, a comment and a `beat` event are sent.';

/** An `EventSource` sends the header when it reconnects; a script cannot set it. */
const LAST_EVENT_ID = {
  name: 'Last-Event-ID',
  in: 'header' as const,
  description: 'The id of the last event received; earlier events are not repeated.',
  schema: { type: 'string' as const },
};

const endless = returnsText('Server-sent events, until the client disconnects.', [
  'text/event-stream',
]);

/** The taskbar, and the logs named in the query. */
export const TASKBAR_STREAM = {
  query: FOLLOWED_LOGS,
  response: { 200: endless, ...refusals({ 422: INVALID_QUERY, 503: TOO_MANY }) },
  detail: about(
    'Watch',
    'follow_taskbar',
    'The taskbar’s HTML as it changes, and logs as they grow',
    {
      description: `Events: \`jobs\` with the whole taskbar, also once a second while jobs progress, \`job\` with the live parts of jobs that progressed, \`log\` with JSON. ${BEAT}`,
      parameters: [LAST_EVENT_ID],
    },
  ),
};

/** All jobs. */
export const JOB_EVENTS = {
  query: JOB_EVENTS_QUERY,
  response: { 200: endless, ...refusals({ 422: INVALID_QUERY, 503: TOO_MANY }) },
  detail: about('Watch', 'follow_all_jobs', 'All jobs as JSON events, for programs', {
    description:
      'First a `job.upsert` for each active job, then `feed.ready`. After that `job.upsert` with the job whenever it has changed or progressed, and `job.deleted` with its id. With the id of an earlier event, what came since then and nothing else; `feed.reset`, and everything as at the start, when that cannot be told any more. After 20 s of silence, a `beat` event is sent.',
    parameters: [LAST_EVENT_ID],
  }),
};

/** One job. */
export const JOB_STREAM = {
  params: JOB_ID,
  query: FOLLOWED_JOB,
  response: {
    200: returnsText('Until the job ends.', ['text/event-stream', 'text/plain']),
    ...refusals({ 404: NO_SUCH_JOB, 503: TOO_MANY }),
  },
  detail: about('Watch', 'follow_job', 'One job until it ends', {
    description:
      'Events: `job` with the same JSON as `GET /api/jobs/{id}`, and a last event `end` with the status. As text, lines of progress.',
    parameters: [LAST_EVENT_ID],
  }),
};

const description = `First a \`job\` event for each with the job and its steps as JSON, or \`not_found\`; then the same after each change, and \`progress\` at most twenty times a second. ${BEAT}`;

/** The jobs named in the query. */
export const JOBS_STREAM = {
  query: FOLLOWED_JOBS_QUERY,
  response: { 200: endless, ...refusals({ 422: INVALID_QUERY, 503: TOO_MANY }) },
  detail: about('Watch', 'follow_jobs', 'Events about the given jobs', { description }),
};

/** The jobs named in the body. */
export const MANY_JOBS_STREAM = {
  parse: parseFields,
  body: FOLLOWED_JOBS_BODY,
  response: { 200: endless, ...refusals({ 422: INVALID_QUERY, 503: TOO_MANY }) },
  detail: about('Watch', 'follow_many_jobs', 'The same, for a list too long for a URL', {
    description,
  }),
};
