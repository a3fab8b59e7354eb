import { z } from 'zod';
import { timeOf } from '../platform/time.ts';
import { typedFields, typedText, typedTime, typedWholeNumber } from '../platform/typed_fields.ts';
import { ACTOR_KINDS, AUDIT_ACTIONS, AUDIT_KINDS, type AuditQuery } from './audit.ts';
import { readTyped } from './job_query.ts';

/*
 * Queries of the audit trail as they are typed. Not exported by `index.ts`: it loads Zod.
 */

const MAX_TEXT = 200;
const MAX_PAGE = 1_000;

/** An entry's id. */
const CURSOR = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function auditQuerySchema<More extends z.ZodRawShape = Record<never, never>>(more?: More) {
  return typedFields({
    job: typedText(MAX_TEXT, 'Job is too long.', 'Entries about the job with this id.'),
    who: typedText(
      MAX_TEXT,
      `Who may have at most ${MAX_TEXT} characters.`,
      'Text in the user, the sign-in or the address.',
    ),
    via: z
      .enum(ACTOR_KINDS, { error: `Via must be one of: ${ACTOR_KINDS.join(', ')}.` })
      .describe('How it was done.')
      .optional(),
    action: z
      .enum(AUDIT_ACTIONS, { error: `Action must be one of: ${AUDIT_ACTIONS.join(', ')}.` })
      .describe('What was done.')
      .optional(),
    kind: z
      .enum(AUDIT_KINDS, { error: `Kind must be one of: ${AUDIT_KINDS.join(', ')}.` })
      .describe('What was changed.')
      .optional(),
    automatic: z
      .enum(['true', 'false', '1', '0', 'on', ''], { error: 'Automatic must be true or false.' })
      .describe(
        'With what happens by itself: starts by schedules and by other jobs, retries after failures and crashes, and what the server does. Default: false, unless there is a job or a via.',
      )
      .optional(),
    since: typedTime('Since', {
      description: 'Done since then; without a zone it is UTC.',
      examples: ['2026-01-31T12:00:00Z'],
    }),
    until: typedTime('Until', { description: 'Done before then.' }),
    limit: typedWholeNumber(
      1,
      MAX_PAGE,
      `Limit must be a whole number from 1 to ${MAX_PAGE.toLocaleString('en')}.`,
      { description: 'Page size; of an export, the maximum.', default: 50, examples: [20] },
    ),
    cursor: z
      .string()
      .regex(CURSOR, 'Cursor must come from an earlier page.')
      .describe('nextCursor of a page; returns older entries.')
      .optional(),
    ...(more as More),
  });
}

/** The address also says whether a browser saves the trail as a file. */
export function auditRequestSchema() {
  return auditQuerySchema({
    format: z
      .enum(['csv', 'jsonl'], { error: 'Format must be one of: csv, jsonl.' })
      .describe(
        'Download all entries, or as many as `limit` says, as a file. Default: a page, in the format of Accept.',
      )
      .optional(),
  });
}

export type TypedAuditQuery = z.output<ReturnType<typeof auditQuerySchema>>;

/** A typed query in the form of `AuditTrail`. */
export function toAuditQuery({ since, until, automatic, ...query }: TypedAuditQuery): AuditQuery {
  const isAll = ['true', '1', 'on'].includes(automatic ?? '');
  const isAsked = query.job !== undefined || query.via !== undefined;
  return {
    ...query,
    ...(!isAll && !isAsked && { isPersonal: true }),
    since: since === undefined ? undefined : timeOf(since),
    until: until === undefined ? undefined : timeOf(until),
  };
}

/** @throws InvalidInput that names the invalid values. */
export function parseAuditQuery(given: object): AuditQuery {
  return toAuditQuery(readTyped(auditQuerySchema(), given));
}
