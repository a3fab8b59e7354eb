import {
  type Actor,
  AUTOMATIC,
  type AuditAction,
  type AuditEntry,
  type AuditKind,
  type AuditPage,
  type AuditQuery,
  type Settings,
} from '../audit.ts';

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
