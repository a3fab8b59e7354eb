import { JOB_STATUSES } from '../jobs/lifecycle.ts';
import type { RecentSession } from '../jobs/listing.ts';
import { count, exact } from './format.ts';
import { printable } from './printable.ts';
import { table } from './table.ts';

const HEAD = ['SESSION', 'JOBS', 'STATUSES', 'LAST JOB'];

/** One line for each session. */
export function sessionTable(sessions: readonly RecentSession[]): string {
  if (sessions.length === 0) return 'No sessions.\n';
  return `${table(HEAD, sessions.map(rowOf), false)}\n`;
}

function rowOf({ id, jobs, byStatus, lastJobAt }: RecentSession): string[] {
  const statuses = JOB_STATUSES.flatMap((status) => {
    const number = byStatus[status];
    return number ? `${count(number)} ${status}` : [];
  });
  return [printable(id), count(jobs), statuses.join(', '), exact(lastJobAt)];
}
