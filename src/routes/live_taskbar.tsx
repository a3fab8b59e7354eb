import { JobLive } from '../../views/jobs/job_live.tsx';
import { TaskbarContent } from '../../views/jobs/taskbar.tsx';
import type { JobView, TaskbarModel } from '../../views/view_models.ts';
import { isFinal, type Job, type Tracker } from '../jobs/index.ts';

/** How long a job that ended well stays in the taskbar, in ms. */
export const LINGER_MS = 30_000;

/** How long after the last progress the whole state is sent once more, in ms. */
const SETTLE_MS = 1_000;

/** The taskbar as it is now, and every frame of it as bytes, rendered once however many watch. */
export interface LiveTaskbar {
  /** The newest frame's number. */
  readonly frame: number;
  model(): TaskbarModel;
  view(job: Job): JobView;
  /** The whole taskbar: an event `jobs`. */
  snapshot(): Uint8Array;
  /** What the newest frame changed, for those who have the one before it. */
  delta(): Uint8Array;
  /** Calls `listener` after every frame. */
  subscribe(listener: () => void): () => void;
  /** The event id of the newest frame: `<boot>-<frame>`. */
  id(): string;
}

export function createLiveTaskbar(tracker: Tracker): LiveTaskbar {
  const { feed } = tracker;
  const boot = Bun.randomUUIDv7('hex').slice(-12);
  const snapshot = oncePerFrame(renderSnapshot);
  const delta = oncePerFrame(renderDelta);
  const leaving = new Map<string, Timer>();
  let settling: Timer | undefined;
  feed.subscribe(sendWholeWhenStill);

  function model(): TaskbarModel {
    const now = new Date();
    const jobs = tracker.getCurrentJobs(new Date(now.getTime() - LINGER_MS));
    jobs.forEach(letLeaveInTime);
    return { jobs: viewsOf(jobs), now };
  }

  function viewsOf(jobs: Job[]): JobView[] {
    const places = new Map<string, number>();
    return jobs.map((job) => {
      if (job.status !== 'queued') return view(job);
      const place = (places.get(job.type) ?? 0) + 1;
      places.set(job.type, place);
      return { job, place };
    });
  }

  function view(job: Job): JobView {
    const perSecond = tracker.speedOf(job.id);
    return perSecond === undefined ? { job } : { job, perSecond };
  }

  /** When its time is over nothing else changes, so the feed has to be told. */
  function letLeaveInTime(job: Job): void {
    if (!job.completedAt || job.status === 'failed' || leaving.has(job.id)) return;
    const left = job.completedAt.getTime() + LINGER_MS - Date.now();
    const timer = setTimeout(() => {
      leaving.delete(job.id);
      feed.changed(job.id);
    }, left + 1);
    timer.unref();
    leaving.set(job.id, timer);
  }

  /** A client that takes only `jobs` events is right again as soon as nothing moves. */
  function sendWholeWhenStill(): void {
    clearTimeout(settling);
    const change = feed.since(feed.frame - 1);
    const [moved] = change?.progressed ?? [];
    if (!moved || change?.cards.size) return;
    settling = setTimeout(() => feed.changed(moved), SETTLE_MS);
    settling.unref();
  }

  function renderSnapshot(): string {
    return event('jobs', String(TaskbarContent({ model: model() })));
  }

  function renderDelta(): string {
    const change = feed.since(feed.frame - 1);
    if (!change || change.cards.size > 0) return renderSnapshot();
    const now = new Date();
    const parts = [...change.progressed].flatMap((id) => {
      const job = tracker.getJob(id);
      if (!job || isFinal(job.status)) return [];
      return String(JobLive({ view: view(job), now, oob: true }));
    });
    return event('job', parts.join(''));
  }

  function event(name: string, html: string): string {
    const data = html.split(/\r\n|\r|\n/).join('\ndata: ');
    return `id: ${id()}\nevent: ${name}\ndata: ${data}\n\n`;
  }

  function id(): string {
    return `${boot}-${feed.frame}`;
  }

  function oncePerFrame(render: () => string): () => Uint8Array {
    let frame = -1;
    let bytes = new Uint8Array();
    return () => {
      if (frame !== feed.frame) {
        bytes = new TextEncoder().encode(render());
        frame = feed.frame;
      }
      return bytes;
    };
  }

  return {
    get frame() {
      return feed.frame;
    },
    model,
    view,
    snapshot,
    delta,
    id,
    subscribe: (listener) => feed.subscribe(listener),
  };
}
