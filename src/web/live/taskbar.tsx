import { JobLive } from '../../../views/jobs/job_live.tsx';
import { TaskbarContent } from '../../../views/jobs/taskbar.tsx';
import { Notices } from '../../../views/layouts/notices.tsx';
import type { JobView, TaskbarModel } from '../../../views/view_models.ts';
import { type Change, isFinal, isWaiting, type Job, type Tracker } from '../../jobs/index.ts';
import type { Vitals } from '../../platform/vitals.ts';

/** How long a job that ended well stays in the taskbar, in ms. */
export const LINGER_MS = 30_000;

/** How long after the last progress the whole state is sent once more, in ms. */
const SETTLE_MS = 1_000;

/** How often jobs are looked at for whether they still move, in ms. */
const LOOK_MS = 1_000;

/** The taskbar has at most so many cards; the jobs that wait furthest back are only counted. */
const MAX_CARDS = 24;

/** Time between two frames of progress, in ms: twenty a second. */
const FRAME_MS = 50;

/** What progress may cost a watcher, in bytes a second: larger frames come less often. */
const BUDGET = 94_000;

/**
 * What all frames together may cost, sustained: a little more than progress alone takes, or what
 * changes of status have used up in advance would never be made good.
 */
const LIMIT = { frameMs: 48, bytesPerSecond: 98_000 };

/**
 * How far ahead of the limit on frames changes of status may run, in ms: the first few go out at
 * once. What they cost in bytes holds back progress and not them: a button that is no longer true
 * is worse than a bar that stands still for a moment.
 */
const AHEAD_MS = 200;

/** Progress waits for what was spent at most so long, in ms; whole frames bring it as well. */
const MAX_DEBT_MS = 1_000;

/** How far ahead of the limit progress may run, in ms. */
const PROGRESS_AHEAD_MS = 100;

/** A frame of progress that comes early by this much is not held back, in ms: timers jitter. */
const TOLERANCE_MS = 10;

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
  /** What keeps the program from working, alone: for when no job can be read. */
  notices(): Uint8Array;
  /** Calls `listener` after every frame. */
  subscribe(listener: () => void): () => void;
  /** The event id of the newest frame: `<boot>-<frame>`. */
  id(): string;
  /** Open streams. */
  readonly watchers: number;
}

/**
 * Follows the tracker's feed and turns it into frames: a change of status at once, progress as
 * often as the budget allows.
 */
export function createLiveTaskbar(
  tracker: Tracker,
  vitals?: Pick<Vitals, 'notices' | 'onChange'>,
): LiveTaskbar {
  const { feed } = tracker;
  const boot = Bun.randomUUIDv7('hex').slice(-12);
  const listeners = new Set<() => void>();
  const leaving = new Map<string, Timer>();
  let stalled = new Map<string, Date>();
  let settling: Timer | undefined;

  let frame = 0;
  let change: Change = { cards: new Set(), progressed: new Set() };
  let seen = feed.frame;
  let pending: Timer | undefined;
  let pendingAt = Number.POSITIVE_INFINITY;
  let sentAt = Number.NEGATIVE_INFINITY;
  /** Until when the limits on frames and on bytes are used up. */
  const spent = { frames: Number.NEGATIVE_INFINITY, bytes: Number.NEGATIVE_INFINITY };
  /** The last frame of each kind, in bytes. */
  const size = { whole: 0, parts: 0 };

  const snapshot = oncePerFrame(renderSnapshot);
  const delta = oncePerFrame(renderDelta);
  let hasHadNotices = false;
  feed.subscribe(follow);
  vitals?.onChange(() => feed.changed(''));
  setInterval(lookForStalled, LOOK_MS).unref();

  function follow(): void {
    const news = feed.since(seen);
    const whole = !news || news.cards.size > 0;
    const due = whole
      ? spent.frames - AHEAD_MS
      : Math.max(
          sentAt + feed.paceMs - TOLERANCE_MS,
          Math.max(spent.frames, spent.bytes) - PROGRESS_AHEAD_MS,
        );
    if (due <= performance.now()) publish();
    else publishAt(due);
  }

  function publishAt(due: number): void {
    if (due >= pendingAt) return;
    clearTimeout(pending);
    pendingAt = due;
    pending = setTimeout(publish, Math.max(0, due - performance.now()));
    pending.unref();
  }

  function publish(): void {
    clearTimeout(pending);
    pendingAt = Number.POSITIVE_INFINITY;
    const news = feed.since(seen);
    change = news ?? { cards: new Set(['']), progressed: new Set() };
    seen = feed.frame;
    frame++;
    spend(change.cards.size > 0 ? size.whole : size.parts);
    for (const listener of listeners) listener();
    sendWholeWhenStill();
  }

  function spend(bytes: number): void {
    sentAt = performance.now();
    spent.frames = Math.max(spent.frames, sentAt) + LIMIT.frameMs;
    spent.bytes = Math.max(spent.bytes, sentAt) + (bytes / LIMIT.bytesPerSecond) * 1000;
    spent.bytes = Math.min(spent.bytes, sentAt + MAX_DEBT_MS);
  }

  /** A client that takes only `jobs` events is right again as soon as nothing moves. */
  function sendWholeWhenStill(): void {
    clearTimeout(settling);
    const [moved] = change.progressed;
    if (!moved || change.cards.size > 0) return;
    settling = setTimeout(() => feed.changed(moved), SETTLE_MS);
    settling.unref();
  }

  /** That a job stands still is no event: somebody has to look. */
  function lookForStalled(): void {
    const now = tracker.reader.stalledJobs();
    const turned = new Set(now.keys()).symmetricDifference(new Set(stalled.keys()));
    stalled = now;
    for (const id of turned) feed.changed(id);
  }

  function model(): TaskbarModel {
    const now = new Date();
    const jobs = tracker.reader.getCurrentJobs(new Date(now.getTime() - LINGER_MS), MAX_CARDS);
    jobs.forEach(letLeaveInTime);
    const views = withoutSurplus(viewsOf(jobs));
    const waiting = views.filter(({ job }) => isWaiting(job.status)).length;
    return { jobs: views, now, more: tracker.reader.countActive().waiting - waiting };
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
    const perSecond = tracker.reader.rateOf(job.id);
    const stalledSince = job.status === 'running' ? stalled.get(job.id) : undefined;
    return { job, ...(perSecond && { perSecond }), ...(stalledSince && { stalledSince }) };
  }

  function withoutSurplus(views: JobView[]): JobView[] {
    const surplus = Math.max(0, views.length - MAX_CARDS);
    if (surplus === 0) return views;
    const hidden = new Set(views.filter(({ job }) => job.status === 'queued').slice(-surplus));
    return views.filter((view) => !hidden.has(view));
  }

  /** When its time is over nothing else changes, so the feed has to be told. */
  function letLeaveInTime(job: Job): void {
    if (!job.completedAt || job.status === 'failed' || leaving.has(job.id)) return;
    const left = job.completedAt.getTime() + LINGER_MS - Date.now();
    const timer = setTimeout(() => {
      leaving.delete(job.id);
      feed.changed(job.id);
    }, Math.max(0, left) + 1);
    timer.unref();
    leaving.set(job.id, timer);
  }

  function renderSnapshot(): string {
    const text = event('jobs', String(TaskbarContent({ model: model() }))) + notices();
    size.whole = Buffer.byteLength(text);
    return text;
  }

  /** With every whole frame from the first notice on: their end has to reach everybody as well. */
  function notices(): string {
    const told = vitals?.notices ?? [];
    hasHadNotices ||= told.length > 0;
    return hasHadNotices ? event('job', String(Notices({ notices: told, oob: true }))) : '';
  }

  function renderDelta(): string {
    if (change.cards.size > 0) return renderSnapshot();
    const now = new Date();
    const parts = [...change.progressed].flatMap((id) => {
      const job = tracker.reader.getBriefJob(id);
      if (!job || isFinal(job.status)) return [];
      return String(JobLive({ view: view(job), now, oob: true }));
    });
    const text = event('job', parts.join(''));
    size.parts = Buffer.byteLength(text);
    feed.paceMs = Math.max(FRAME_MS, (size.parts / BUDGET) * 1000);
    return text;
  }

  function event(name: string, html: string): string {
    const data = html.split(/\r\n|\r|\n/).join('\ndata: ');
    return `id: ${id()}\nevent: ${name}\ndata: ${data}\n\n`;
  }

  function id(): string {
    return `${boot}-${frame}`;
  }

  function oncePerFrame(render: () => string): () => Uint8Array {
    let rendered = -1;
    let bytes = new Uint8Array();
    return () => {
      if (rendered !== frame) {
        bytes = new TextEncoder().encode(render());
        rendered = frame;
      }
      return bytes;
    };
  }

  return {
    get frame() {
      return frame;
    },
    model,
    view,
    snapshot,
    delta,
    notices: () => new TextEncoder().encode(notices()),
    id,
    get watchers() {
      return listeners.size;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
