import type { Job } from '../../src/jobs/job.ts';
import { count } from '../../src/text/format.ts';
import { StatusLabel } from './status_icon.tsx';

/** In the order of a job's lifecycle, as counts and tabs show them. */
export const STATUS_ORDER = [
  'running',
  'cancelling',
  'retrying',
  'queued',
  'completed',
  'failed',
  'cancelled',
] as const satisfies Job['status'][];

/** The number of jobs of each status. */
export function StatusCounts({ byStatus }: { byStatus: Partial<Record<Job['status'], number>> }) {
  return (
    <ul class="status-counts">
      {STATUS_ORDER.map((status) => {
        const n = byStatus[status] ?? 0;
        return n === 0 ? (
          ''
        ) : (
          <li data-status={status}>
            <span safe>{count(n)}</span> <StatusLabel status={status} />
          </li>
        );
      })}
    </ul>
  );
}
