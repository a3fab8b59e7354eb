import { z } from 'zod';
import { ACTOR_KINDS, AUDIT_ACTIONS, AUDIT_KINDS } from '../../jobs/index.ts';
import { once } from '../../platform/once.ts';
import { COMPLETED_JOB } from './examples.ts';

const time = once(() => z.date());
const count = once(() => z.int().nonnegative());

const AUDIT_ENTRY = {
  id: '019a9f3e-5b7c-7d21-9a41-0c5d8e2f7b60',
  at: '2026-01-31T12:00:00.000Z',
  action: 'cancel',
  by: { via: 'browser', user: 'sign-in 5f0c2b9d', address: '203.0.113.7' },
  jobId: COMPLETED_JOB.id,
  count: 1,
  kind: 'job',
};

const settings = once(() =>
  z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
);

const auditEntry = once(() =>
  z.object({
    id: z.string(),
    at: time(),
    action: z.enum(AUDIT_ACTIONS),
    by: z.object({
      via: z
        .enum(ACTOR_KINDS)
        .describe(
          'How it was done. schedule, job, retry, rescue and server are what happens by itself.',
        ),
      user: z
        .string()
        .optional()
        .describe('A user of the machine, a sign-in, the token (not its value), or a job.'),
      address: z.string().optional().describe('The IP address of the client.'),
    }),
    jobId: z.string().optional().describe('The one job that was changed.'),
    count: count().describe('How many jobs were changed.'),
    ids: z.array(z.string()).optional().describe('Of several jobs: the first 100 of their ids.'),
    query: z.string().optional().describe('The filter that selected them.'),
    kind: z.enum(AUDIT_KINDS).describe('What was changed.'),
    target: z.string().optional().describe('The name of what was changed, if that is no job.'),
    before: settings().optional().describe('What was set before. Never a secret.'),
    after: settings().optional().describe('What is set since.'),
  }),
);

export const AUDIT_SCHEMAS = {
  AuditPage: once(() =>
    z
      .object({
        entries: z.array(auditEntry()).describe('Newest first.'),
        nextCursor: z
          .string()
          .optional()
          .describe('Cursor for older entries; pass it as `cursor`.'),
      })
      .meta({ examples: [{ entries: [AUDIT_ENTRY] }] }),
  ),
};
