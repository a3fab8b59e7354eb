import { STATUS_ORDER } from '../../../views/jobs/status_counts.tsx';
import type { JobTab } from '../../../views/view_models.ts';
import type { JobStatus, Tracker } from '../../jobs/index.ts';
import { type TypedJobQuery, toJobQuery } from '../../jobs/job_query.ts';
import { urlTo } from '../../text/urls.ts';
import { filterOf } from './job_filter.ts';

/** Statuses that have a tab even when no job has them. */
const USUAL: JobStatus[] = ['running', 'queued', 'completed', 'failed', 'cancelled'];

/** The tabs of a list of jobs: each keeps the other filters, and counts what they let through. */
export async function jobTabs({ reader }: Tracker, typed: TypedJobQuery): Promise<JobTab[]> {
  const current = typed.failure === undefined ? typed.status : 'failed';
  const others = { ...typed, status: undefined, failure: undefined };
  const { type, session, q, since, until } = toJobQuery(others);
  const { counts, hasMore } = await reader.countNewestJobs({ type, session, q, since, until });
  const numberOf = (status?: JobStatus) =>
    counts.reduce((sum, tally) => sum + (!status || tally.status === status ? tally.count : 0), 0);
  const tab = (status?: JobStatus): JobTab => ({
    status,
    href: urlTo(pathOf(filterOf({ ...others, status }).toString())),
    jobs: numberOf(status),
    isCurrent: status === current,
    hasMore,
  });
  const shown = (status: JobStatus) =>
    USUAL.includes(status) || status === current || numberOf(status) > 0;
  return [tab(), ...STATUS_ORDER.filter(shown).map(tab)];
}

function pathOf(filter: string): `/${string}` {
  return filter === '' ? '/jobs' : `/jobs?${filter}`;
}
