import {
  type Actor,
  AUTOMATIC,
  type AuditAction,
  type AuditChange,
  type AuditEntry,
  type AuditKind,
  type AuditPage,
  type AuditQuery,
  type Deed,
  type Settings,
} from '../audit.ts';

/** How many ids an entry about many jobs keeps. */
const MAX_IDS = 100;

/** Maximum length of a filter and of a name in an entry, in UTF-16 code units. */
const MAX_TEXT = 500;

const DEFAULT_PAGE = 50;

export interface AuditRow {
  id: string;
  at: number;
  action: AuditAction;
  via: Actor['via'];
  user: string | null;
  address: string | null;
  job_id: string | null;
  count: number;
  ids: string | null;
  query: string | null;
  kind: AuditKind;
  target: string | null;
  before: string | null;
  after: string | null;
}

/** What an entry is about. */
export interface AuditSubject {
  kind: AuditKind;
  only: string | null;
  count: number;
  some: string | null;
  target: string | null;
  before: string | null;
  after: string | null;
}

const JOBS = { kind: 'job', target: null, before: null, after: null } as const;

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

/** The subject of a change of these jobs. */
export function subjectOfJobs({ isBulk }: Deed, ids: string[]): AuditSubject {
  const [only = null] = isBulk || ids.length > 1 ? [] : ids;
  const some = only === null ? JSON.stringify(ids.slice(0, MAX_IDS)) : null;
  return { ...JOBS, only, count: ids.length, some };
}

/** The subject of a change of something other than a job. */
export function subjectOf({ kind, target, before, after }: AuditChange): AuditSubject {
  const values = { before: jsonOf(before), after: jsonOf(after) };
  return { kind, only: null, count: 0, some: null, target, ...values };
}

/** The columns of `AuditRow`, in the order of `auditValues`. */
export const AUDIT_COLUMNS =
  'id, at, action, via, "user", address, job_id, count, ids, query, kind, target, before, after';

export function auditValues(
  { id, by, query }: Deed,
  action: AuditAction,
  now: number,
  what: AuditSubject,
): (string | number | null)[] {
  const { via, user, address } = by;
  const { only, count, some, kind, target, before, after } = what;
  return [
    ...[id, now, action, via, bounded(user), bounded(address)],
    ...[only, count, some, bounded(query), kind, bounded(target ?? undefined), before, after],
  ];
}

export interface AuditWords {
  /** A text contains `$who`. */
  containsWho(text: string): string;
}

/** @param rows one more than the page has, if there are that many. */
export function auditPageOf(rows: AuditRow[], { limit = DEFAULT_PAGE }: AuditQuery): AuditPage {
  const entries = rows.slice(0, limit).map(toEntry);
  const last = entries.at(-1);
  return { entries, ...(rows.length > limit && last && { nextCursor: last.id }) };
}

/** How many rows to read for a page. */
export function auditLimit({ limit = DEFAULT_PAGE }: AuditQuery): number {
  return limit + 1;
}

/** @param words the conditions that each database states in its own words. */
export function conditionsOf(wanted: AuditQuery, words: AuditWords) {
  const { job, who, via, action, kind, isPersonal, since, until, cursor } = wanted;
  const where: string[] = [];
  const values: Record<string, string | number> = {};
  const add = (condition: string, name: string, value: string | number) => {
    where.push(condition);
    values[name] = value;
  };
  if (job !== undefined) values.job = job;
  if (who !== undefined) {
    add(
      words.containsWho(`lower(coalesce("user", '') || ' ' || coalesce(address, ''))`),
      'who',
      who,
    );
    values.who = who.toLowerCase();
  }
  if (via !== undefined) add('via = $via', 'via', via);
  if (action !== undefined) add('action = $action', 'action', action);
  if (kind === 'job') where.push("kind = 'job'");
  // The partial index is used only when the query repeats its condition.
  else if (kind !== undefined) add("kind = $kind AND kind <> 'job'", 'kind', kind);
  if (isPersonal) where.push(`via NOT IN (${AUTOMATIC.map((one) => `'${one}'`).join(', ')})`);
  if (since !== undefined) add('id >= $since', 'since', firstIdAt(since));
  if (until !== undefined) add('id < $until', 'until', firstIdAt(until));
  if (cursor !== undefined) add('id < $cursor', 'cursor', cursor);
  return { where, values };
}

/**
 * The start of a job, from the entries about many jobs of the moment in which it was created: jobs
 * that were started together were created at the moment of their entry.
 */
export function startAmong(rows: AuditRow[], id: string): AuditEntry | undefined {
  const entries = rows.map(toEntry);
  const named = entries.find(({ ids }) => ids?.includes(id));
  if (named) return named;
  // Of a longer list not every id is kept.
  const [only, ...others] = entries.filter(({ count, ids = [] }) => count > ids.length);
  return others.length === 0 ? only : undefined;
}

/** The lowest UUID of version 7 of a millisecond. */
export function firstIdAt(ms: number): string {
  const hex = Math.max(0, Math.trunc(ms)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}

export function toEntry(row: AuditRow): AuditEntry {
  const { id, at, action, via, user, address, job_id, count, ids, query, kind, target } = row;
  const { before, after } = row;
  return {
    id,
    at: new Date(at),
    action,
    by: { via, ...(user !== null && { user }), ...(address !== null && { address }) },
    ...(job_id !== null && { jobId: job_id }),
    count,
    ...(ids !== null && { ids: JSON.parse(ids) as string[] }),
    ...(query !== null && { query }),
    kind,
    ...(target !== null && { target }),
    ...(before !== null && { before: JSON.parse(before) as Settings }),
    ...(after !== null && { after: JSON.parse(after) as Settings }),
  };
}
