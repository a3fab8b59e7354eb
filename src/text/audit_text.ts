import type { Actor, AuditAction, AuditEntry, AuditKind, Settings } from '../jobs/audit.ts';
import { counted, exact } from './format.ts';
import { isolated } from './isolated.ts';
import { printable } from './printable.ts';
import { table } from './table.ts';

const HEAD = ['WHEN', 'ACTION', 'WHAT', 'WHO', 'ADDRESS'];

/** What an action did, as a verb in the past. */
export const ACTION_WORDS: Record<AuditAction, string> = {
  start: 'started',
  cancel: 'cancelled',
  retry: 'retried',
  remove: 'removed',
  pause: 'paused',
  resume: 'resumed',
  limit: 'limited',
  first: 'put first',
  pin: 'pinned',
  unpin: 'unpinned',
  add: 'added',
  change: 'changed',
  sign_in: 'signed in',
  sign_out: 'signed out',
};

/** What can be changed, in the plural. */
export const KIND_WORDS: Record<AuditKind, string> = {
  job: 'jobs',
  type: 'types of jobs',
  source: 'sources',
  schedule: 'schedules',
  webhook: 'webhooks',
  find: 'saved finds',
  credentials: 'credentials',
  budget: 'budgets',
  sign_in: 'sign-ins',
};

/** Who did it, in a few words: "ada in the terminal", "browser, sign-in 1a2b3c4d". */
export function actorText({ via, user }: Actor): string {
  switch (via) {
    case 'browser':
      return user ? `browser, ${user}` : 'browser';
    case 'api':
      return user ? `API, with the ${user}` : 'API';
    case 'terminal':
      return user ? `${user} in the terminal` : 'terminal';
    case 'program':
      return user ? `a program of ${user}` : 'a program';
    case 'agent':
      return user ? `agent ${user}` : 'an agent';
    case 'schedule':
      return user ? `the schedule ${user}` : 'a schedule';
    case 'job':
      return user ? `the job ${user}` : 'a job';
    case 'retry':
      return 'by itself, after a failed attempt';
    case 'rescue':
      return 'by itself, because its process had ended';
    case 'server':
      return 'xgpt itself';
  }
}

/** The same with the address: "browser from 203.0.113.7". */
export function actorLine(by: Actor): string {
  return by.address ? `${actorText(by)} from ${by.address}` : actorText(by);
}

/** What was changed: a job's id, "12 jobs: status=failed", a type. */
export function targetText({ jobId, count: jobs, query, target }: AuditEntry): string {
  if (target !== undefined) return target;
  if (jobId !== undefined) return jobId;
  if (query === undefined) return counted(jobs, 'job');
  return `${counted(jobs, 'job')}: ${query === '' ? 'all' : isolated(query)}`;
}

/** "concurrency: 2 → 3", "events: failed"; empty when no settings were recorded. */
export function changeText({ before = {}, after = {} }: AuditEntry): string {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => partText(name, before, after)).join(', ');
}

function partText(name: string, before: Settings, after: Settings): string | never[] {
  const [old, now] = [shown(before[name]), shown(after[name])];
  if (old === undefined) return `${name}: ${now}`;
  if (now === undefined) return `${name}: ${old}`;
  return old === now ? [] : `${name}: ${old} → ${now}`;
}

const shown = (value: Settings[string] | undefined) =>
  typeof value === 'string' ? isolated(value) : value;

/** One line for each entry. */
export function auditTable(
  entries: readonly AuditEntry[],
  nextCursor?: string,
  columns: number | false = false,
): string {
  if (entries.length === 0) return 'No entries match.\n';
  const more = nextCursor ? `More entries: add ?cursor=${nextCursor}\n` : '';
  return `${table(HEAD, entries.map(rowOf), columns)}\n${more}`;
}

function rowOf(entry: AuditEntry): string[] {
  const { at, action, by } = entry;
  const what = printable([targetText(entry), changeText(entry)].filter(Boolean).join(' · '));
  return [exact(at), ACTION_WORDS[action], what, printable(actorText(by)), by.address ?? ''];
}

/** The columns of a CSV file. */
export const AUDIT_COLUMNS: Record<string, (entry: AuditEntry) => string | undefined> = {
  id: ({ id }) => id,
  at: ({ at }) => at.toISOString(),
  action: ({ action }) => action,
  via: ({ by }) => by.via,
  user: ({ by }) => by.user,
  address: ({ by }) => by.address,
  job: ({ jobId }) => jobId,
  jobs: ({ count: jobs }) => String(jobs),
  ids: ({ ids }) => ids?.join(' '),
  query: ({ query }) => query,
  target: ({ target }) => target,
  kind: ({ kind }) => kind,
  before: ({ before }) => before && JSON.stringify(before),
  after: ({ after }) => after && JSON.stringify(after),
};
