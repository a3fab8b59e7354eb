import { z } from 'zod';
import { FAILURES, JOB_STATUSES, type JobType, STEP_STATUSES } from '../../jobs/index.ts';
import { once } from '../../platform/once.ts';
import { COMPLETED_JOB } from './examples.ts';

/** The response schemas of a single job; see `answers.ts`. */

const time = once(() => z.date());
const count = once(() => z.int().nonnegative());
const reason = once(() => z.string().describe('Human-readable.'));

export const status = once(() => z.enum(JOB_STATUSES));

const FAILURE =
  'Why it failed permanently. permanent: another attempt would not help. exhausted: no attempts are left. interrupted: its process ended. timeout: it ran out of time.';

export const job = once(() =>
  z
    .object({
      id: z.string(),
      type: z.string() as unknown as z.ZodType<JobType>,
      status: status(),
      createdAt: time(),
      startedAt: time().optional(),
      completedAt: time().optional(),
      updatedAt: time(),
      progress: z.object({
        current: z.number(),
        total: z.number().describe('0 = unknown.'),
        message: z.string(),
        stage: z.string().optional().describe('The current part of the work.'),
      }),
      ratePerSecond: z.number().optional().describe('Smoothed progress of a running job.'),
      etaSeconds: count().optional().describe('Time left at that rate, in seconds.'),
      stalledSince: time().optional().describe('When it last progressed, if it has stalled.'),
      metadata: z.record(z.string(), z.unknown()).optional().describe('The input.'),
      result: z.unknown().optional().describe('What the operation returned.'),
      errorMessage: reason().optional(),
      errors: z.array(z.string()).describe('One per failed attempt, oldest first.'),
      failure: z.enum(FAILURES).optional().describe(FAILURE),
      attempt: count().describe('How many times it was started.'),
      attemptsUsed: count().describe(
        'How many of these count against maxAttempts, including the current one.',
      ),
      maxAttempts: count().describe(
        'How many attempts may count before the job fails permanently.',
      ),
      retryAt: time().optional(),
      priority: z
        .int()
        .describe('−10 to 10. Of the waiting jobs of a type, the highest starts first.'),
      movedToFront: z
        .literal(true)
        .optional()
        .describe(
          'It waits and was moved to the front of its queue: it starts before jobs of a higher priority.',
        ),
      runAt: time().optional().describe('It does not start before this time.'),
      timeoutMs: count().optional().describe('How long one attempt may run.'),
      tracked: z.boolean().describe('Its caller does the work itself, so it cannot be resumed.'),
      pinned: z.literal(true).optional().describe('It is kept until somebody removes it.'),
      dismissedAt: time().optional(),
      sessionId: z.string().optional(),
      parentId: z.string().optional(),
      agent: z.string().optional().describe('The agent that started it as a task.'),
    })
    .meta({ examples: [COMPLETED_JOB] }),
);

const named = (what: string) => z.object({ what: z.string().describe(what), name: z.string() });

const wait = once(() =>
  z.object({
    place: count().optional().describe('Its position in the queue of its type; 1 is next.'),
    paused: named('`type` or `source`.').optional().describe('What somebody has paused.'),
    lacking: named('`type`, `source`, `model` or `archive`.')
      .optional()
      .describe('What no running process has.'),
    reason: reason().optional().describe('The same in words, with what to do.'),
  }),
);

export const detailedJob = once(() =>
  job().extend({
    attempts: z.array(
      z.object({
        attempt: count(),
        startedAt: time(),
        endedAt: time().optional(),
        outcome: z
          .enum(['completed', 'failed', 'postponed', 'cancelled', 'interrupted', 'released'])
          .optional(),
        error: reason().optional(),
      }),
    ),
    steps: z.array(
      z.object({
        name: z.string(),
        status: z.enum(STEP_STATUSES),
        result: z.unknown().optional(),
        error: reason().optional(),
        startedAt: time().optional(),
        endedAt: time().optional(),
      }),
    ),
    children: z.array(job().pick({ id: true, type: true, status: true })),
    wait: wait().optional().describe('Why it waits.'),
  }),
);
