import { JobLive } from '../../../views/jobs/job_live.tsx';
import { TaskbarContent } from '../../../views/jobs/taskbar.tsx';
import { Notices } from '../../../views/layouts/notices.tsx';
import type { TaskbarModel } from '../../../views/view_models.ts';
import type { JobView } from '../../jobs/job.ts';
import type { Health } from '../../platform/health.ts';
import { encodeEvent } from './sse.ts';

/** The taskbar as server-sent events. */
export class TaskbarEvents {
  #hasHadNotices = false;

  constructor(private readonly health: Pick<Health, 'notices'> | undefined) {}

  /** An event `jobs` with the whole taskbar, and the notices. */
  whole(model: TaskbarModel, id: string): string {
    const html = String(TaskbarContent({ model }));
    return encodeEvent({ event: 'jobs', data: html, id }) + this.notices(id);
  }

  /** An event `job` with the live parts of these jobs. */
  progress(views: readonly JobView[], id: string): string {
    const now = new Date();
    const parts = views.map((view) => String(JobLive({ view, now, oob: true })));
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
