import { JobLive } from '../../../views/jobs/job_live.tsx';
import { TaskbarContent } from '../../../views/jobs/taskbar.tsx';
import { Notices } from '../../../views/layouts/notices.tsx';
import { isFinal, type Tracker } from '../../jobs/index.ts';
import type { Health } from '../../platform/health.ts';
import { encodeEvent } from './sse.ts';
import type { TaskbarJobs } from './taskbar_jobs.ts';

/** The taskbar as server-sent events. */
export class TaskbarEvents {
  #hasHadNotices = false;

  constructor(
    private readonly tracker: Tracker,
    private readonly jobs: TaskbarJobs,
    private readonly health: Pick<Health, 'notices'> | undefined,
  ) {}

  /** An event `jobs` with the whole taskbar, and the notices. */
  whole(id: string): string {
    const html = String(TaskbarContent({ model: this.jobs.model() }));
    return encodeEvent({ event: 'jobs', data: html, id }) + this.notices(id);
  }

  /** An event `job` with the live parts of these jobs. */
  progress(ids: Iterable<string>, id: string): string {
    const now = new Date();
    const parts = [...ids].flatMap((jobId) => {
      const job = this.tracker.reader.getBriefJob(jobId);
      if (!job || isFinal(job.status)) return [];
      return String(JobLive({ view: this.jobs.view(job), now, oob: true }));
    });
    return encodeEvent({ event: 'job', data: parts.join(''), id });
  }

  /**
   * An event `job` with the notices; empty before the first notice. Afterwards every whole update
   * includes it, so that clients also learn when notices end.
   */
  notices(id: string): string {
    const notices = this.health?.notices ?? [];
    this.#hasHadNotices ||= notices.length > 0;
    if (!this.#hasHadNotices) return '';
    return encodeEvent({ event: 'job', data: String(Notices({ notices, oob: true })), id });
  }
}
