import type { Job } from '../../src/jobs/job.ts';
import { count } from '../../src/text/format.ts';
import { StatusLabel } from './status_icon.tsx';

/** In the order of a job's life. */
const STATUSES = [
  'running',
  'cancelling',
  'retrying',
  'queued',
  'completed',
  'failed',
  'cancelled',
] as const satisfies Job['status'][];

/** How many jobs there are of each status that occurs. */
export function Standing({ byStatus }: { byStatus: Partial<Record<Job['status'], number>> }) {
  return (
    <ul class="standing">
      {STATUSES.map((status) => {
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
