import type { AuditAction, AuditChange, AuditKind, Deed, Settings } from '../audit.ts';

/** How many ids an entry about many jobs keeps. */
const MAX_IDS = 100;

/** Maximum length of a filter and of a name in an entry, in UTF-16 code units. */
const MAX_TEXT = 500;

/** The values of an entry's row, in the order of `AUDIT_COLUMNS`. */
export type AuditValues = (string | number | null)[];

export const AUDIT_COLUMNS =
  'id, at, action, via, "user", address, job_id, count, ids, query, kind, target, before, after';

/** An entry about jobs that were changed; undefined without a deed or a job. */
export function entryOfJobs(
  deed: Deed | undefined,
  action: AuditAction,
  ids: string[],
  now: number,
): AuditValues | undefined {
  if (!deed || ids.length === 0) return undefined;
  const [only = null] = deed.isBulk || ids.length > 1 ? [] : ids;
  const some = only === null ? JSON.stringify(ids.slice(0, MAX_IDS)) : null;
  return valuesOf(deed, action, now, { ...JOBS, only, count: ids.length, some });
}

/** An entry about a change of something other than a job. */
export function entryOfOther(
  deed: Deed | undefined,
  action: AuditAction,
  { kind, target, before, after }: AuditChange,
  now: number,
): AuditValues | undefined {
  if (!deed) return undefined;
  const settings = { before: jsonOf(before), after: jsonOf(after) };
  return valuesOf(deed, action, now, {
    kind,
    only: null,
    count: 0,
    some: null,
    target,
    ...settings,
  });
}

interface What {
  kind: AuditKind;
  only: string | null;
  count: number;
  some: string | null;
  target: string | null;
  before: string | null;
  after: string | null;
}

const JOBS = { kind: 'job', target: null, before: null, after: null } as const;

function valuesOf({ id, by, query }: Deed, action: AuditAction, now: number, what: What) {
  const { via, user, address } = by;
  const { only, count, some, kind, target, before, after } = what;
  return [
    ...[id, now, action, via, bounded(user), bounded(address)],
    ...[only, count, some, bounded(query), kind, bounded(target ?? undefined), before, after],
  ];
}

/** Texts are cut: who adds a schedule may have typed pages. */
function jsonOf(settings: Settings | undefined): string | null {
  if (!settings) return null;
  const cut = (value: Settings[string]) => (typeof value === 'string' ? bounded(value) : value);
  return JSON.stringify(
    Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, cut(value)])),
  );
}

function bounded(text: string | undefined): string | null {
  return text?.slice(0, MAX_TEXT) ?? null;
}

const OWN_LIMITS = 'as each process says';

/** What an entry says of changes to queues. */
export const QUEUE_CHANGES = {
  type: (name: string): AuditChange => ({ kind: 'type', target: `type ${name}` }),
  source: (name: string): AuditChange => ({ kind: 'source', target: `source ${name}` }),
  limit: (name: string, before: number | undefined, after: number | undefined): AuditChange => ({
    kind: 'type',
    target: `type ${name}: ${after ?? OWN_LIMITS}`,
    before: { concurrency: before ?? OWN_LIMITS },
    after: { concurrency: after ?? OWN_LIMITS },
  }),
};
