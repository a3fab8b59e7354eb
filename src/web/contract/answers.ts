import { z } from 'zod';
import { BULK_ACTIONS } from '../../jobs/index.ts';
import { once } from '../../platform/once.ts';
import { AUDIT_SCHEMAS } from './audit.ts';
import { COMPLETED_JOB, JOB_LOG, PROFILE, REFUSAL, SESSION } from './examples.ts';
import { IMPORT_SCHEMAS } from './imports.ts';
import { detailedJob, job, status } from './jobs.ts';
import { POST_SCHEMAS } from './posts.ts';
import { QUEUE_SCHEMAS } from './queues.ts';
import { SAVED_FIND_SCHEMAS } from './saved_finds.ts';
import { SCHEDULE_SCHEMAS } from './schedules.ts';
import { SOURCE_SCHEMAS } from './sources.ts';
import { WEBHOOK_SCHEMAS } from './webhooks.ts';

/**
 * The response schemas, by their names in the OpenAPI document. They describe what handlers return:
 * JSON turns a date into text, and Eden turns it back.
 */

const time = once(() => z.date());
const count = once(() => z.int().nonnegative());
const reason = once(() => z.string().describe('Human-readable.'));

const problem = once(() =>
  z.object({
    code: z.string().describe('Stable, for programs, for example not_found.'),
    message: z.string().describe('What happened, what was kept, and what to do.'),
    details: z.record(z.string(), z.string()).describe('Field → what is wrong with it.'),
    timestamp: time(),
  }),
);

const jobPage = once(() =>
  z.object({
    jobs: z.array(job()).describe('Newest first.'),
    nextCursor: z.string().optional().describe('Cursor for older jobs; pass it as `cursor`.'),
    newerCursor: z.string().optional().describe('Cursor for newer jobs; pass it as `newer`.'),
    lookedBackTo: time().optional(),
  }),
);

const sessionPage = once(() =>
  jobPage().extend({
    summary: z.object({
      jobs: count(),
      byStatus: z.partialRecord(status(), count()),
      progress: z.object({ current: z.number(), total: z.number() }),
    }),
  }),
);

const history = once(() => {
  const period = z.object({
    completed: count(),
    failed: count(),
    cancelled: count(),
    medianMs: z.number().optional(),
    p95Ms: z.number().optional(),
    approximate: z
      .boolean()
      .optional()
      .describe('Whether medianMs and p95Ms are rounded, by at most 9.1 %.'),
  });
  return z.object({
    by: z.enum(['hour', 'day']),
    since: time(),
    until: time(),
    types: z.array(
      period.extend({
        type: z.string(),
        periods: z.array(period.extend({ start: time() })),
        reasons: z.array(z.object({ reason: reason(), count: count() })),
      }),
    ),
  });
});

const profile = once(() =>
  z.object({
    source: z.string(),
    id: z.string(),
    username: z.string(),
    name: z.string(),
    bio: z.string(),
    location: z.string().optional(),
    website: z.string().optional(),
    avatarUrl: z.string().optional(),
    createdAt: time().optional(),
    followers: count().optional(),
    following: count().optional(),
    posts: count().optional(),
    asOf: time().optional().describe('When its source knew all this.'),
    postsHeld: count().describe('Number of its posts in the library.'),
  }),
);

const health = once(() =>
  z.object({
    status: z.enum(['ok', 'failing']),
    problems: z
      .array(z.object({ code: z.string(), message: z.string(), since: time() }))
      .optional(),
    uptimeSeconds: count().optional(),
    watchers: count().optional().describe('Open live connections.'),
    activeJobs: count().optional(),
    processes: z
      .array(
        z.object({
          kind: z.string(),
          pid: count(),
          host: z.string(),
          version: z.string().optional(),
          startedAt: time(),
          seenAt: time(),
        }),
      )
      .optional(),
  }),
);

const warnings = once(() =>
  z.array(z.string()).optional().describe('What was sent and had no effect: unknown fields.'),
);

/** The document's `components.schemas`. */
export const SCHEMAS = {
  Job: job,
  DetailedJob: detailedJob,
  Error: once(() => z.object({ error: problem(), status: z.int() }).meta({ examples: [REFUSAL] })),
  JobAnswer: once(() => z.object({ job: job() }).meta({ examples: [{ job: COMPLETED_JOB }] })),
  StartAnswer: once(() =>
    z.object({ job: job(), warnings: warnings() }).meta({ examples: [{ job: COMPLETED_JOB }] }),
  ),
  DetailedJobAnswer: once(() => z.object({ job: detailedJob() })),
  JobPage: jobPage,
  SessionPage: sessionPage,
  Sessions: once(() =>
    z
      .object({
        sessions: z
          .array(
            z.object({
              id: z.string(),
              lastJobAt: time(),
              jobs: count(),
              byStatus: z.partialRecord(status(), count()),
            }),
          )
          .describe('The sessions used last, newest first.'),
      })
      .meta({ examples: [{ sessions: [SESSION] }] }),
  ),
  BatchAnswer: once(() =>
    z
      .object({
        results: z
          .array(z.union([z.object({ job: job() }), z.object({ error: problem() })]))
          .describe('In the order of the request.'),
        warnings: warnings(),
      })
      .meta({ examples: [{ results: [{ job: COMPLETED_JOB }, { error: REFUSAL.error }] }] }),
  ),
  BulkAnswer: once(() =>
    z
      .object({
        action: z.enum(BULK_ACTIONS),
        done: count(),
        skipped: count(),
        pinned: count()
          .optional()
          .describe('How many of the skipped ones are pinned: they are removed by their ids.'),
      })
      .meta({ examples: [{ action: 'retry', done: 12, skipped: 3 }] }),
  ),
  JobLog: once(() =>
    z
      .object({
        lines: z.array(
          z.object({
            at: time().optional().describe('When it was written.'),
            text: z.string(),
          }),
        ),
        position: count().describe('Position to continue from, in bytes.'),
        dropped: count().describe('How many bytes from the requested position are no longer kept.'),
      })
      .meta({ examples: [JOB_LOG] }),
  ),
  History: history,
  ...POST_SCHEMAS,
  ...SAVED_FIND_SCHEMAS,
  ProfilePage: once(() =>
    z
      .object({ profiles: z.array(profile()), total: count(), nextCursor: z.string().optional() })
      .meta({ examples: [{ profiles: [PROFILE], total: 1 }] }),
  ),
  ...AUDIT_SCHEMAS,
  ...IMPORT_SCHEMAS,
  ...SOURCE_SCHEMAS,
  ...SCHEDULE_SCHEMAS,
  ...WEBHOOK_SCHEMAS,
  ...QUEUE_SCHEMAS,
  Health: health,
};
