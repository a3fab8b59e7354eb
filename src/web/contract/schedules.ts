import { z } from 'zod';
import { JOB_STATUSES } from '../../jobs/index.ts';
import { once } from '../../platform/once.ts';
import {
  EVERY,
  RUN_DELAYS,
  RUN_OUTCOMES,
  type ScheduledStart,
  type ScheduleTimes,
  WEEKDAYS,
} from '../../schedules/index.ts';
import { optionFields } from './start_options.ts';

const time = once(() => z.date());

const run = once(() =>
  z.object({
    at: time().describe('When it was started, skipped or refused.'),
    dueAt: time().optional().describe('Absent for a start by hand.'),
    outcome: z
      .enum(RUN_OUTCOMES)
      .describe(
        'skipped: the job of an earlier run was active. refused: `message` says why no job was started.',
      ),
    delay: z
      .enum(RUN_DELAYS)
      .optional()
      .describe(
        'Why it was late. stopped: xgpt was not running. asleep: the machine was asleep, or its clock was set forward. blocked: it could not be started earlier.',
      ),
    lacked: z
      .string()
      .optional()
      .describe('Of a late one: what no running process had when it was due, for people.'),
    missedSince: time()
      .optional()
      .describe('It stands for all due times since then, which were missed.'),
    message: z.string().optional().describe('Why it was refused, for people.'),
    job: z
      .object({
        id: z.string(),
        status: z.enum(JOB_STATUSES).optional(),
        completedAt: time().optional(),
        result: z.unknown().optional(),
        errorMessage: z.string().optional(),
        isDeleted: z.boolean().describe('The job itself is not kept any more.'),
      })
      .optional()
      .describe('The job that was started, or the active one because of which none was.'),
  }),
);

const schedule = once(() =>
  z
    .object({
      id: z.string(),
      type: z.string(),
      input: z.record(z.string(), z.unknown()).describe('The input of the jobs it starts.'),
      sessionId: z.string().optional(),
      priority: z.int().describe('That of its jobs: −10 to 10.'),
      timeoutMs: z.int().positive().optional().describe('How long one attempt may run.'),
      cron: z.string(),
      timeZone: z.string().describe('An IANA time zone.'),
      createdAt: time(),
      pausedAt: time().optional(),
      nextDueAt: time().optional().describe('Absent while it is paused.'),
      problem: z.string().optional().describe('Why it can start nothing at present, for people.'),
      jobsWait: z
        .string()
        .optional()
        .describe('What is paused, so that its jobs wait, for people: “scrape is paused”.'),
      lastRun: run().optional(),
    })
    .meta({ examples: [SCHEDULE] }),
);

export const SCHEDULE = {
  id: 'schedule-01a2024c-1c79-73cb-a7af-4910eda6fb25',
  type: 'scrape',
  input: {
    username: 'aurora_lab',
    maxTweets: 100,
    includeReplies: false,
    includeRetweets: false,
    onlyNew: true,
    source: 'sample',
  },
  priority: 0,
  cron: '0 3 * * *',
  timeZone: 'Europe/Berlin',
  createdAt: '2026-11-22T08:07:52.185Z',
  nextDueAt: '2026-11-23T02:00:00.000Z',
};

const PREVIEW = {
  cron: '0 3 * * *',
  repeats: 'every night at 03:00',
  timeZone: 'Europe/Berlin',
  dueAt: ['2026-11-23T02:00:00.000Z', '2026-11-24T02:00:00.000Z', '2026-11-25T02:00:00.000Z'],
};

export const SCHEDULE_SCHEMAS = {
  Schedules: once(() =>
    z
      .object({ schedules: z.array(schedule()).describe('Oldest first.') })
      .meta({ examples: [{ schedules: [SCHEDULE] }] }),
  ),
  ScheduleAnswer: once(() =>
    z
      .object({
        schedule: schedule(),
        warnings: z.array(z.string()).optional().describe('Fields that have no effect.'),
      })
      .meta({ examples: [{ schedule: SCHEDULE }] }),
  ),
  SchedulePreview: once(() =>
    z
      .object({
        cron: z.string(),
        repeats: z.string().describe('In words.'),
        timeZone: z.string(),
        dueAt: z.array(time()).describe('The next times, soonest first; three at most.'),
      })
      .meta({ examples: [PREVIEW] }),
  ),
  ScheduleRuns: once(() =>
    z
      .object({
        schedule: schedule(),
        runs: z.array(run()).describe('The newest 50, newest first.'),
      })
      .meta({ examples: [{ schedule: SCHEDULE, runs: [] }] }),
  ),
};

/** A schedule to be added. It is checked where it is made, as the input of every start is. */
export interface ScheduleBody extends ScheduleTimes, ScheduledStart {
  type: string;
  input?: Record<string, unknown>;
}

/** What to change of a schedule: what is absent stays, null is the default. */
export type ScheduleChangesBody = {
  [Name in keyof (ScheduleTimes & ScheduledStart)]: (ScheduleTimes & ScheduledStart)[Name] | null;
} & { input?: Record<string, unknown> };

const times = () => ({
  every: z
    .enum(EVERY)
    .optional()
    .meta({ default: 'night', description: 'How often; with cron, the field cron says it.' }),
  at: z
    .string()
    .optional()
    .meta({ default: '03:00', description: 'The time of day, for night, day and week.' }),
  day: z.enum(WEEKDAYS).optional().meta({ default: 'monday', description: 'For week.' }),
  cron: z
    .string()
    .optional()
    .describe('Five fields, or six with seconds in front: 0 3 * * * is every night at 03:00.'),
  timeZone: z
    .string()
    .optional()
    .describe('An IANA time zone such as Europe/Berlin. Default: that of the server.'),
});

const start = () => {
  const { priority, timeoutMs } = optionFields();
  return { sessionId: z.string().max(100).optional(), priority, timeoutMs };
};

/** Loose: the fields of the input may stand beside the others. */
export const scheduleBody = () =>
  z.looseObject({
    type: z.string().describe('The type of the jobs it starts.'),
    input: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('Their input. Its fields may also stand beside the others, as in a form.'),
    ...times(),
    ...start(),
  });

/** Without the defaults of a new one. */
export const scheduleChangesBody = () => {
  const fields = Object.entries({ ...times(), ...start() }).map(([name, field]) => {
    const { default: _, ...about } = field.meta() ?? {};
    return [name, field.unwrap().nullable().meta(about).optional()];
  });
  return z.object({
    ...Object.fromEntries(fields),
    input: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('In place of the whole input of its jobs.'),
  });
};

/** When a repetition would be due; checked where it is read. */
export const scheduleTimes = () => z.object(times());
