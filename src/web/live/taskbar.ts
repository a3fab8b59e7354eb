import type { TaskbarModel } from '../../../views/view_models.ts';
import type { Job, Tracker } from '../../jobs/index.ts';
import type { JobView } from '../../jobs/job.ts';
import { systemClock } from '../../platform/clock.ts';
import type { Health } from '../../platform/health.ts';
import { Pacer } from '../../platform/pacer.ts';
import { TaskbarEvents } from './taskbar_events.tsx';
import { TaskbarJobs } from './taskbar_jobs.ts';
import { TaskbarPace } from './taskbar_pace.ts';

/** How long after the last progress the whole taskbar is sent once more, in ms. */
const SETTLE_MS = 1_000;

const encoder = new TextEncoder();

/** The current taskbar, and its revisions as bytes, rendered once for all clients. */
export class LiveTaskbar {
  readonly #feed;
  readonly #jobs: TaskbarJobs;
  readonly #events: TaskbarEvents;
  readonly #pace = new TaskbarPace(() => (this.#next().isWhole ? 'whole' : 'progress'));
  readonly #pacer = new Pacer(this.#pace, () => this.#publish());
  readonly #listeners = new Set<() => void>();
  readonly #boot = Bun.randomUUIDv7('hex').slice(-12);
  #revision = 0;
  /** The version of the feed that the newest revision shows. */
  #version: number;
  /** The changes of the newest revision. */
  #change = { isWhole: false, progressed: new Set<string>() as ReadonlySet<string> };
  /** The taskbar changed, although no job did. */
  #isStale = false;
  #snapshot: { revision: number; bytes: Uint8Array } | undefined;
  #delta: { revision: number; bytes: Uint8Array } | undefined;
  #cancelSettle = () => {};

  constructor(tracker: Tracker, health?: Pick<Health, 'notices' | 'onChange'>) {
    this.#feed = tracker.feed;
    this.#version = this.#feed.version;
    this.#jobs = new TaskbarJobs(tracker, () => this.#refresh());
    this.#events = new TaskbarEvents(tracker, this.#jobs, health);
    this.#feed.subscribe(() => this.#pacer.request());
    health?.onChange(() => this.#refresh());
  }

  /** The number of the newest revision. */
  get revision(): number {
    return this.#revision;
  }

  /** The event id of the newest revision: `<boot>-<revision>`. */
  get id(): string {
    return `${this.#boot}-${this.#revision}`;
  }

  model(): TaskbarModel {
    return this.#jobs.model();
  }

  view(job: Job): JobView {
    return this.#jobs.view(job);
  }

  /** The whole taskbar: an event `jobs`. */
  snapshot(): Uint8Array {
    if (this.#snapshot?.revision === this.#revision) return this.#snapshot.bytes;
    const bytes = encoder.encode(this.#events.whole(this.id));
    this.#pace.rendered('whole', bytes.length);
    this.#snapshot = { revision: this.#revision, bytes };
    return bytes;
  }

  /** The changes of the newest revision, for clients that have the previous one. */
  delta(): Uint8Array {
    if (this.#change.isWhole) return this.snapshot();
    if (this.#delta?.revision === this.#revision) return this.#delta.bytes;
    const bytes = encoder.encode(this.#events.progress(this.#change.progressed, this.id));
    this.#pace.rendered('progress', bytes.length);
    this.#delta = { revision: this.#revision, bytes };
    return bytes;
  }

  /** The notices alone, for when no job can be read. */
  notices(): Uint8Array {
    return encoder.encode(this.#events.notices(this.id));
  }

  /** Calls `listener` after every revision until the returned function is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The changes of the next revision. */
  #next(): { isWhole: boolean; progressed: ReadonlySet<string> } {
    const change = this.#feed.since(this.#version);
    if (this.#isStale || !change) return { isWhole: true, progressed: new Set() };
    return { isWhole: change.cards.size > 0, progressed: change.progressed };
  }

  #refresh(): void {
    this.#isStale = true;
    this.#pacer.request();
  }

  #publish(): void {
    this.#change = this.#next();
    this.#version = this.#feed.version;
    this.#isStale = false;
    this.#revision++;
    for (const listener of this.#listeners) listener();
    this.#settle();
  }

  /** A client that takes only `jobs` events is up to date again soon after progress ends. */
  #settle(): void {
    this.#cancelSettle();
    const { isWhole, progressed } = this.#change;
    if (isWhole || progressed.size === 0) return;
    this.#cancelSettle = systemClock.after(SETTLE_MS, () => this.#refresh());
  }
}
