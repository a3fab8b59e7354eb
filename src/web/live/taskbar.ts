import type { TaskbarModel } from '../../../views/view_models.ts';
import type { Job, Tracker } from '../../jobs/index.ts';
import type { JobView } from '../../jobs/job.ts';
import type { Health } from '../../platform/health.ts';
import { TaskbarEvents } from './taskbar_events.tsx';
import { TaskbarJobs } from './taskbar_jobs.ts';
import { TaskbarRevisions } from './taskbar_revisions.ts';

/**
 * How often clients that read only `jobs` events get one while jobs progress, in ms. They are to be at
 * most a second behind, and the event takes its time too.
 */
const WHOLE_EVERY_MS = 900;

/** The current taskbar, and its revisions. */
export class LiveTaskbar {
  /** With the whole taskbar once a second while jobs progress: correct for any client. */
  readonly plain: TaskbarRevisions;
  /** For clients that also apply `job` events, as the pages do: progress is sent only once. */
  readonly lean: TaskbarRevisions;
  readonly #jobs: TaskbarJobs;

  constructor(tracker: Tracker, health?: Pick<Health, 'notices' | 'onChange'>) {
    this.#jobs = new TaskbarJobs(tracker, () => this.#refresh());
    const events = new TaskbarEvents(health);
    const { feed } = tracker;
    this.plain = new TaskbarRevisions(feed, this.#jobs, events, { wholeEveryMs: WHOLE_EVERY_MS });
    this.lean = new TaskbarRevisions(feed, this.#jobs, events);
    health?.onChange(() => this.#refresh());
  }

  model(): Promise<TaskbarModel> {
    return this.#jobs.model();
  }

  async view(job: Job): Promise<JobView> {
    const [view] = await this.#jobs.views([job]);
    return view as JobView;
  }

  views(jobs: Job[]): Promise<JobView[]> {
    return this.#jobs.views(jobs);
  }

  #refresh(): void {
    this.plain.refresh();
    this.lean.refresh();
  }
}
