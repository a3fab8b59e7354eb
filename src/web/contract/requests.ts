import { z } from 'zod';
import { auditQuerySchema, auditRequestSchema } from '../../jobs/audit_query.ts';
import { BULK_ACTIONS, type BulkAction } from '../../jobs/index.ts';
import {
  jobFilterSchema,
  jobQuerySchema,
  sessionJobsQuerySchema,
  type TypedJobQuery,
} from '../../jobs/job_query.ts';
import { findRequestSchema } from '../../operations/find/request.ts';
import { renameFindSchema, saveFindSchema } from '../../operations/find/saved_request.ts';
import { postsQuerySchema, profilesQuerySchema } from '../../operations/find_posts.ts';
import { once } from '../../platform/once.ts';
import { typedFields, typedTime, typedWholeNumber } from '../../platform/typed_fields.ts';
import type { ScheduleTimes } from '../../schedules/index.ts';
import type { Sources } from '../../sources/index.ts';
import { cut, MAX_NAME } from '../../text/cut.ts';
import { BAD_QUERY } from '../http/problem.ts';
import { type DeclaredInput, input, readerOf, unchecked, type ValueOf } from './declare.ts';
import { COMPLETED_JOB } from './examples.ts';
import { concurrencyBody } from './queues.ts';
import {
  SCHEDULE,
  type ScheduleBody,
  type ScheduleChangesBody,
  scheduleBody,
  scheduleChangesBody,
  scheduleTimes,
} from './schedules.ts';
import { budgetBody, credentialsBody } from './sources.ts';
import { WEBHOOK_EXAMPLE, webhookBody } from './webhooks.ts';

/** The request schemas: path, query and body. */

const MAX_BULK_IDS = 10_000;

/** Maximum number of jobs that one stream follows. */
export const MAX_FOLLOWED_JOBS = 10_000;

/** Maximum number of logs that one stream follows. */
export const MAX_FOLLOWED_LOGS = 20;

/** The refusal of an invalid query; `details` lists the invalid parameters. */
export const INVALID = { title: BAD_QUERY.title, message: BAD_QUERY.ifInvalid };

/** The route has no query parameters. */
export const NO_QUERY = unchecked<Record<string, string>>(() => z.object({}));

/** Query parameters fill in the form. */
export const FORM_VALUES = NO_QUERY;

/** Query parameters are passed on to another page. */
export const ANY_QUERY = NO_QUERY;

function pathPart<Name extends string>(name: Name, description: string, example: string) {
  return pathParts({ [name]: { description, example } } as Record<Name, PathPart>);
}

interface PathPart {
  description: string;
  example: string;
}

function pathParts<Name extends string>(parts: Record<Name, PathPart>) {
  return unchecked<Record<Name, string>>(() =>
    z.object(
      Object.fromEntries(
        Object.entries<PathPart>(parts).map(([name, { description, example }]) => [
          name,
          z.string().meta({ description, examples: [example] }),
        ]),
      ),
    ),
  );
}

const OF_SOURCE = { description: 'The source’s name.', example: 'sample' };
const OF_POST = { description: 'The post’s id.', example: '42' };
export const POST_ID = pathParts({ source: OF_SOURCE, id: OF_POST });
export const AUTHOR_NAME = pathParts({
  source: OF_SOURCE,
  username: { description: 'The author’s username.', example: 'aurora_lab' },
});
export const PICTURE = pathParts({
  source: OF_SOURCE,
  id: OF_POST,
  place: { description: 'Which of the post’s pictures, counted from 0.', example: '0' },
});
export const JOB_ID = pathPart('id', 'The job’s id.', COMPLETED_JOB.id);
export const SESSION_ID = pathPart('id', 'The session’s id.', 'monday');
export const SAVED_FIND_ID = pathPart('id', 'The saved find’s id.', '1');
export const IMPORT_NAME = pathPart('name', 'The archive’s name.', 'twitter-archive.zip');
export const SOURCE_NAME = pathPart('name', 'The source’s name.', 'bluesky');
export const TYPE_NAME = pathPart('type', 'The job type.', 'scrape');
export const PAID_SOURCE = pathPart('name', 'The source’s name.', 'x');
export const WEBHOOK_ID = pathPart('id', 'The webhook’s id.', WEBHOOK_EXAMPLE.id);
export const SCHEDULE_ID = pathPart('id', 'The schedule’s id.', SCHEDULE.id);

export const JOBS_QUERY = input(jobQuerySchema, INVALID);

export const SESSION_JOBS_QUERY = input(() => sessionJobsQuerySchema(), INVALID);

/** Maximum number of sessions in a list, and the default. */
const SESSIONS = { max: 1_000, default: 50 };

export const SESSIONS_QUERY = input(
  () =>
    typedFields({
      limit: typedWholeNumber(
        1,
        SESSIONS.max,
        `Limit must be a whole number from 1 to ${SESSIONS.max.toLocaleString('en')}.`,
        { default: SESSIONS.default, description: 'Maximum number of sessions.' },
      ),
    }).transform(({ limit = SESSIONS.default }) => ({ limit })),
  INVALID,
);

/** Pages of jobs also show the outcome of a bulk change: `?did=retry-12-3`. */
const outcome = () => ({ did: z.string().optional() });

export const JOBS_PAGE_QUERY = input(() => jobQuerySchema(outcome()), INVALID);

export const SESSION_PAGE_QUERY = input(() => sessionJobsQuerySchema(outcome()), INVALID);

const action = () =>
  z.enum(BULK_ACTIONS, { error: `Action must be one of: ${BULK_ACTIONS.join(', ')}.` });

const BULK = {
  title: 'Nothing was changed.',
  message: 'Correct the fields below.',
};

/** A bulk change to confirm before it applies to every matching job. */
export const BULK_PAGE_QUERY = input(() => jobQuerySchema({ action: action() }), BULK);

/** By their ids, or by a filter; an empty one means every job. */
type Bulk = { action: BulkAction } & (
  | { ids: string[]; filter?: undefined }
  | { ids?: undefined; filter: Omit<TypedJobQuery, 'limit' | 'cursor' | 'newer'> }
);

export const BULK_BODY: DeclaredInput<Bulk> = input(bulkSchema, BULK, {
  example: { action: 'retry', ids: [COMPLETED_JOB.id] },
});

function bulkSchema() {
  const idsRule = `Ids must be a list of 1 to ${MAX_BULK_IDS.toLocaleString('en')} ids, unless there is a filter.`;
  const unknown = (name: string) => `Filter has no "${cut(name, MAX_NAME)}".`;
  return z
    .object({
      action: action(),
      ids: z
        .array(z.string(idsRule), idsRule)
        .min(1, idsRule)
        .max(MAX_BULK_IDS, idsRule)
        .optional(),
      filter: z.preprocess(filterFields, jobFilterSchema(unknown).optional()).meta({
        type: ['object', 'string'],
        description: 'In a form, a query string.',
      }),
    })
    .superRefine(({ ids, filter }, context) => {
      // An empty list of ids, as from a script that found none, must not mean every job.
      const issue = (field: string, message: string) =>
        context.addIssue({ code: 'custom', path: [field], message });
      if (!ids && !filter) issue('ids', idsRule);
      if (!ids || !filter) return;
      issue('ids', 'Send ids or a filter, not both.');
      issue('filter', 'Send ids or a filter, not both.');
    }) as unknown as z.ZodType<Bulk>;
}

/** JSON has an object, a form the filter as a query string. */
function filterFields(filter: unknown): unknown {
  if (typeof filter === 'string') return Object.fromEntries(new URLSearchParams(filter));
  return filter ?? undefined;
}

/** Whether an active job is removed as well. */
export const REMOVE_QUERY = unchecked<{ force?: '1' | 'true' }>(() =>
  z.object({
    force: z.enum(['1', 'true']).optional().describe('1 removes an active job as well.'),
  }),
);

export const REMOVE_BODY = unchecked<{ force?: boolean | '1' }>(() =>
  z.object({
    force: z
      .unknown()
      .optional()
      .meta({ enum: [true, '1'], description: 'Removes an active job as well.' }),
  }),
);

export const LOG_QUERY = input(
  () =>
    typedFields({
      position: typedWholeNumber(
        0,
        Number.MAX_SAFE_INTEGER,
        'Position must be a whole number of bytes, 0 or more.',
        { default: 0, description: 'Start at this byte.' },
      ),
      download: z
        .string()
        .meta({ enum: ['1'], description: '1 sends it as a download.' })
        .optional(),
    }),
  {
    title: 'Invalid log position.',
    message: 'Use x-log-position of an earlier response, or omit position.',
  },
);

const byType = () =>
  z
    .string()
    .meta({ description: 'Only jobs of this type.', examples: ['scrape'] })
    .optional();

export const HISTORY_QUERY = input(
  () =>
    typedFields({
      by: z
        .enum(['hour', 'day'], 'By must be hour or day.')
        .meta({ description: 'The length of a period.', default: 'hour' })
        .optional(),
      since: typedTime('since', {
        description: 'Start of the range; by default one day before its end.',
      }),
      until: typedTime('until', { description: 'End of the range; by default now.' }),
      type: byType(),
    }),
  INVALID,
);

export type TypedHistoryQuery = ValueOf<typeof HISTORY_QUERY>;

const HISTORY_SPANS = ['day', 'week', 'month', 'quarter'] as const;

/** It is checked where the webhook is made. */
export const WEBHOOK_BODY = unchecked<Record<string, unknown>>(webhookBody, {
  example: { url: 'https://hooks.example/xgpt', events: ['failed'], types: ['scrape'] },
});

export const AUDIT_QUERY = input(auditRequestSchema, INVALID);

export const AUDIT_PAGE_QUERY = input(auditQuerySchema, INVALID);

export const HISTORY_PAGE_QUERY = input(
  () =>
    typedFields({
      span: z.enum(HISTORY_SPANS, `Span must be one of: ${HISTORY_SPANS.join(', ')}.`).optional(),
      type: byType(),
    }),
  INVALID,
);

export const postsQuery = (sources: Sources) => input(() => postsQuerySchema(sources), INVALID);

export const findQuery = (sources: Sources) => input(() => findRequestSchema(sources), INVALID);

export const saveFindBody = (sources: Sources) =>
  input(
    () => saveFindSchema(sources),
    { title: 'The find was not saved.', message: 'Correct the fields below.' },
    { example: { name: 'Night sky', q: '"night sky" -moon' } },
  );

export const RENAME_FIND_BODY = input(
  renameFindSchema,
  { title: 'The find was not renamed.', message: 'Correct the fields below.' },
  { example: { name: 'Winter sky' } },
);

export const PROFILES_QUERY = input(profilesQuerySchema, INVALID);

const ids = (label: string, most: number) => z.array(z.string()).min(1).max(most).describe(label);

export const FOLLOWED_LOGS = unchecked<{
  log?: string[];
  whole?: 'changes';
  lastEventId?: string;
}>(() =>
  z.object({
    whole: z
      .enum(['changes'])
      .optional()
      .describe(
        'changes: while jobs only progress, no `jobs` events; for clients that apply `job` events.',
      ),
    log: z
      .array(z.string())
      .max(MAX_FOLLOWED_LOGS)
      .meta({
        description: `A job’s id, @, and a byte position: its log from there. Up to ${MAX_FOLLOWED_LOGS} times.`,
        examples: [[`${COMPLETED_JOB.id}@0`]],
      })
      .optional(),
    lastEventId: lastEventId(),
  }),
);

export const FOLLOWED_JOB = unchecked<{ lastEventId?: string }>(() =>
  z.object({ lastEventId: lastEventId() }),
);

export const JOB_EVENTS_QUERY = input(
  () =>
    typedFields({
      type: byType(),
      session: z.string().optional().describe('Only jobs of this session.'),
      lastEventId: lastEventId(),
    }),
  INVALID,
);

const lastEventId = () =>
  z
    .string()
    .optional()
    .describe('Same as the Last-Event-ID header, for clients that cannot set it.');

export const FOLLOWED_JOBS_QUERY = unchecked<{ job: string[] }>(() =>
  z.object({
    job: ids('A job’s id; up to 10,000 times.', MAX_FOLLOWED_JOBS).meta({
      examples: [[COMPLETED_JOB.id]],
    }),
  }),
);

export const FOLLOWED_JOBS_BODY = unchecked<{ jobs: string[] }>(
  () => z.object({ jobs: ids('The ids of the jobs.', MAX_FOLLOWED_JOBS) }),
  { types: ['application/json'], example: { jobs: [COMPLETED_JOB.id] } },
);

/** A form with a file, as a browser sends it: a zip, or the CAR file of a Bluesky export. */
export const ARCHIVE_FILE = unchecked<{ file: File }>(
  () => z.object({ file: z.string().meta({ contentMediaType: 'application/octet-stream' }) }),
  { types: ['multipart/form-data'] },
);

export const LOGIN_QUERY = unchecked<{ next?: string }>(() =>
  z.object({ next: z.string().optional() }),
);

export const LOGIN_BODY = unchecked<{ token?: unknown; next?: unknown }>(() =>
  z.object({ token: z.string(), next: z.string().optional() }),
);

/** Its values must not appear in an error, so the source's own fields check them. */
export const CREDENTIALS_BODY = unchecked<Record<string, unknown>>(credentialsBody, {
  example: { method: 'app_password', identifier: 'ada.example', password: 'abcd-efgh-ijkl-mnop' },
});

/** The type's own fields are checked where the schedule is made. */
export const SCHEDULE_BODY = unchecked<ScheduleBody>(scheduleBody, {
  example: {
    type: 'scrape',
    username: 'aurora_lab',
    every: 'night',
    timeZone: 'Europe/Berlin',
  },
});

export const SCHEDULE_CHANGES = unchecked<ScheduleChangesBody>(scheduleChangesBody, {
  example: { every: 'week', day: 'friday', at: '04:30', priority: 5 },
});

/** Fields of a form may begin with `repeat.`. */
export const SCHEDULE_TIMES = unchecked<ScheduleTimes>(scheduleTimes);

export const CONCURRENCY_BODY = unchecked<{ concurrency?: number | null }>(concurrencyBody, {
  example: { concurrency: 2 },
});

/** The handler checks it: a browser without a script gets the page with the form again. */
export const BUDGET_BODY = unchecked<z.output<ReturnType<typeof budgetBody>>>(budgetBody, {
  example: { posts: 250 },
});

export const readBudget = readerOf(once(budgetBody), {
  title: 'The budget was not changed.',
  message: 'Correct the fields below.',
});
