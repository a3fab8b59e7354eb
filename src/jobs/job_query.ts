import { z } from 'zod';
import { timeOf } from '../platform/time.ts';
import {
  detailsOf,
  onlyTypedFields,
  typedFields,
  typedText,
  typedTime,
  typedWholeNumber,
} from '../platform/typed_fields.ts';
import { InvalidInput } from './errors.ts';
import { JOB_STATUSES } from './lifecycle.ts';
import { FAILURES, type JobQuery } from './listing.ts';

/*
 * Queries as they are typed. Not exported by `index.ts`: it loads Zod, which takes longer than a whole
 * command that lists no jobs.
 */

const MAX_TEXT = 200;
const MAX_PAGE = 1_000;

/** The filters of a query, as they are typed. A time without a zone is UTC. */
function jobFilter() {
  return {
    status: z
      .enum(JOB_STATUSES, { error: `Status must be one of: ${JOB_STATUSES.join(', ')}.` })
      .describe('Only jobs with this status.')
      .optional(),
    failure: z
      .enum(FAILURES, { error: `Failure must be one of: ${FAILURES.join(', ')}.` })
      .describe('Only jobs that failed for this reason.')
      .optional(),
    type: typedText(MAX_TEXT, 'Type is too long.', 'Only jobs of this type.', 'scrape'),
    session: typedText(MAX_TEXT, 'Session is too long.', 'Only jobs of this session.'),
    q: typedText(
      MAX_TEXT,
      `Words may have at most ${MAX_TEXT} characters.`,
      'Words in the input, the message, the error or the id.',
    ),
    since: typedTime('Since', {
      description: 'Created since then; without a zone it is UTC.',
      examples: ['2026-01-31T12:00:00Z'],
    }),
    until: typedTime('Until', { description: 'Created before then.' }),
  };
}

/** The page of a query, as it is typed. */
function jobPaging() {
  const limit = `Limit must be a whole number from 1 to ${MAX_PAGE.toLocaleString('en')}.`;
  return {
    limit: typedWholeNumber(1, MAX_PAGE, limit, {
      description: 'Page size.',
      default: 50,
      examples: [20],
    }),
    cursor: cursor(
      'Cursor must come from an earlier page.',
      'nextCursor of a page; returns older jobs.',
    ),
    newer: cursor(
      'Newer must be a cursor from an earlier page.',
      'newerCursor of a page; returns newer jobs.',
    ),
  };
}

/** The filters alone. Any other field is refused with the message of `unknown`. */
export function jobFilterSchema(unknown: (name: string) => string) {
  return possible(onlyTypedFields(jobFilter(), unknown));
}

/** A filter, a page of what matches, and what else an address takes. */
export function jobQuerySchema<More extends z.ZodRawShape = Record<never, never>>(more?: More) {
  return possible(typedFields({ ...jobFilter(), ...jobPaging(), ...(more as More) }));
}

/** A query for one session, which the address names. */
export function sessionJobsQuerySchema<More extends z.ZodRawShape = Record<never, never>>(
  more?: More,
) {
  const { session: _, ...filter } = jobFilter();
  return possible(typedFields({ ...filter, ...jobPaging(), ...(more as More) }));
}

/** Refuses a combination that no job can match. */
function possible<Schema extends z.ZodType<{ status?: unknown; failure?: unknown }>>(
  schema: Schema,
) {
  return schema.refine(({ status, failure }) => !failure || !status || status === 'failed', {
    path: ['failure'],
    error: '`failure` applies to failed jobs only. Omit `status`, or set it to failed.',
  });
}

export type TypedJobQuery = z.output<ReturnType<typeof jobQuerySchema>>;

/** A typed query in the form of `JobListing`. */
export function toJobQuery({ since, until, newer, ...query }: TypedJobQuery): JobQuery {
  return {
    ...query,
    since: since === undefined ? undefined : timeOf(since),
    until: until === undefined ? undefined : timeOf(until),
    newerThan: newer,
  };
}

/** @throws InvalidInput that names the invalid values. */
export function parseJobQuery(given: object): JobQuery {
  return toJobQuery(readTyped(jobQuerySchema(), given));
}

/** @throws InvalidInput that names the invalid values. */
export function readTyped<Schema extends z.ZodType>(
  schema: Schema,
  given: object,
): z.output<Schema> {
  const { success, data, error } = schema.safeParse(given);
  if (success) return data;
  throw new InvalidInput(detailsOf(error));
}

function cursor(error: string, description: string) {
  return z
    .string()
    .regex(/^\d{1,15}_\d{1,15}$/, error)
    .describe(description)
    .optional();
}
