import type { TaskbarModel } from '../../../views/view_models.ts';
import {
  type HoldOf,
  isActive,
  isWaiting,
  type Job,
  placesIn,
  type Tracker,
} from '../../jobs/index.ts';
import type { JobView } from '../../jobs/job.ts';
import { systemClock } from '../../platform/clock.ts';
import { startsLater } from '../../text/start_text.ts';
import { watchProcesses } from './running_processes.ts';
import { watchStalls } from './stalled_jobs.ts';

/** How long a job that did not fail stays in the taskbar after its end, in ms. */
const LINGER_MS = 30_000;

/** A start further ahead is looked at again with a later model, in ms. */
const MAX_AHEAD_MS = 86_400_000;

/** The taskbar has at most this many cards; the jobs that wait at the end of the queue are counted. */
const MAX_CARDS = 24;

/** The jobs that the taskbar shows. */
export class TaskbarJobs {
  /** Ids of jobs that will leave the taskbar. */
  readonly #leaving = new Set<string>();
  /** Ids of jobs whose start is near. */
  readonly #starting = new Set<string>();

  /** @param onChange called when a card changes although its job did not. */
  constructor(
    private readonly tracker: Tracker,
    private readonly onChange: () => void,
  ) {
    watchStalls(tracker, onChange);
    watchProcesses(tracker, onChange);
  }

  async model(): Promise<TaskbarModel> {
    const now = new Date();
    const since = new Date(now.getTime() - LINGER_MS);
    const { reader } = this.tracker;
    const [jobs, holdOf, active] = await Promise.all([
      reader.getCurrentJobs(since, MAX_CARDS),
      reader.holds(),
      reader.countActive(),
    ]);
    for (const job of jobs) this.#scheduleLeave(job);
    const views = withoutSurplus(viewsInQueues(jobs, now, holdOf));
    for (const job of jobs) this.#scheduleStart(job, now);
    const waiting = views.filter(({ job }) => isWaiting(job.status)).length;
    return { jobs: views, now, more: active.waiting - waiting };
  }

  async views(jobs: Job[]): Promise<JobView[]> {
    const holdOf = await this.tracker.reader.holds();
    return jobs.map((job) => viewOf(job, holdOf));
  }

  /** The jobs with these ids that have not ended. */
  async activeViews(ids: Iterable<string>): Promise<JobView[]> {
    const jobs = await Promise.all([...ids].map((id) => this.tracker.reader.getBriefJob(id)));
    return this.views(jobs.filter((job): job is Job => job !== undefined && isActive(job.status)));
  }

  /** From then on its card has its position in the queue, should no place be free. */
  #scheduleStart(job: Job, now: Date): void {
    if (!startsLater(job, now) || this.#starting.has(job.id)) return;
    const wait = job.runAt.getTime() - now.getTime();
    if (wait > MAX_AHEAD_MS) return;
    this.#starting.add(job.id);
    systemClock.after(wait + 1, () => {
      this.#starting.delete(job.id);
      this.onChange();
    });
  }

  #scheduleLeave({ id, completedAt, status }: Job): void {
    if (!completedAt || status === 'failed' || this.#leaving.has(id)) return;
    this.#leaving.add(id);
    systemClock.after(completedAt.getTime() + LINGER_MS - Date.now() + 1, () => {
      this.#leaving.delete(id);
      this.onChange();
    });
  }
}

function viewOf(job: Job, holdOf: HoldOf): JobView {
  const { ratePerSecond: perSecond, stalledSince } = job;
  return {
    job,
    ...holdOf(job),
    ...(perSecond && { perSecond }),
    ...(stalledSince && { stalledSince }),
  };
}

/** With the position in the queue of those that wait for a free place. */
function viewsInQueues(jobs: Job[], now: Date, holdOf: HoldOf): JobView[] {
  const places = placesIn({ first: jobs, holdOf }, now);
  return jobs.map((job) => {
    const place = places.get(job.id);
    return place === undefined ? viewOf(job, holdOf) : { job, place };
  });
}

function withoutSurplus(views: JobView[]): JobView[] {
  const surplus = Math.max(0, views.length - MAX_CARDS);
  if (surplus === 0) return views;
  const hidden = new Set(views.filter(({ job }) => job.status === 'queued').slice(-surplus));
  return views.filter((view) => !hidden.has(view));
}
