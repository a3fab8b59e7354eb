import type { TaskbarModel } from '../../../views/view_models.ts';
import type { Feed } from '../../jobs/index.ts';
import type { JobView } from '../../jobs/job.ts';
import { systemClock } from '../../platform/clock.ts';
import { Pacer } from '../../platform/pacer.ts';
import type { TaskbarEvents } from './taskbar_events.tsx';
import type { TaskbarJobs } from './taskbar_jobs.ts';
import { TaskbarPace, type UpdateKind } from './taskbar_pace.ts';

interface RevisionOptions {
  /**
   * While jobs progress, the whole taskbar is sent this often, in ms. By default it is sent only when
   * jobs are added, removed or change their status.
   */
  wholeEveryMs?: number;
}

interface Piece {
  revision: number;
  bytes: Uint8Array;
}

/** What a revision changes. */
interface Change {
  kind: UpdateKind;
  progressed: ReadonlySet<string>;
}

/** The jobs of a revision as they were read for it, or why they could not be read. */
type Frame = { model: TaskbarModel; progressed?: JobView[] } | { error: unknown };

const NOTHING: ReadonlySet<string> = new Set();

const encoder = new TextEncoder();

/**
 * The revisions of the taskbar as bytes. Each is read once and rendered once for all its clients, and
 * none is read before the one before it is published.
 */
export class TaskbarRevisions {
  readonly #pace: TaskbarPace;
  readonly #pacer = new Pacer(
    {
      dueAt: (now) => this.#pace.dueAt(now),
      spend: (now) => this.#pace.spend(now),
    },
    () => this.#publish(),
  );
  readonly #listeners = new Set<() => void>();
  /** How many clients wait for the newest revision to be read. */
  #arriving = 0;
  readonly #boot = Bun.randomUUIDv7('hex').slice(-12);
  readonly #wholeEveryMs: number | undefined;
  #revision = 0;
  /** The version of the feed that the newest revision shows. */
  #version: number;
  /** The taskbar changed, although no job did. */
  #isStale = false;
  /** The whole taskbar is to be sent because it was not for so long. */
  #isDue = false;
  #wholeAt = Number.NEGATIVE_INFINITY;
  #cancelDue: (() => void) | undefined;
  /** Of the newest revision; undefined while it was not read, because it has no clients. */
  #frame: Frame | undefined;
  #reading: Promise<void> | undefined;
  /** Something changed during the read, which may have come too late for it. */
  #isRequested = false;
  #snapshot: Piece | undefined;
  #delta: Piece | undefined;

  constructor(
    private readonly feed: Feed,
    private readonly jobs: Pick<TaskbarJobs, 'model' | 'activeViews'>,
    private readonly events: TaskbarEvents,
    { wholeEveryMs }: RevisionOptions = {},
  ) {
    this.#version = feed.version;
    this.#wholeEveryMs = wholeEveryMs;
    this.#pace = new TaskbarPace(() => this.#next().kind, wholeEveryMs);
    feed.subscribe(() => this.#request());
  }

  /** The number of the newest revision. */
  get revision(): number {
    return this.#revision;
  }

  /** The event id of the newest revision: `<boot>-<revision>`. */
  get id(): string {
    return `${this.#boot}-${this.#revision}`;
  }

  /** Whether the newest revision can be rendered. */
  get isRead(): boolean {
    return this.#frame !== undefined;
  }

  /**
   * Reads the newest revision, unless that was done or has failed just now, and calls `use` while it
   * is the newest.
   */
  async read<Value>(use: () => Value | Promise<Value>): Promise<Value> {
    if (this.#frame && 'error' in this.#frame) this.#frame = undefined;
    this.#arriving++;
    try {
      while (!this.#frame) {
        this.#reading ??= this.#exclusively(async () => {
          this.#frame = await this.#readWhole();
        });
        await this.#reading;
      }
      return use();
    } finally {
      this.#arriving--;
    }
  }

  /**
   * The whole taskbar: an event `jobs`. The revision must have been read.
   * @throws why it could not be read
   */
  snapshot(): Uint8Array {
    if (this.#snapshot?.revision === this.#revision) return this.#snapshot.bytes;
    const { model } = this.#readFrame;
    const bytes = encoder.encode(this.events.whole(model, this.id));
    this.#pace.rendered('whole', bytes.length);
    this.#snapshot = { revision: this.#revision, bytes };
    return bytes;
  }

  /** The changes of the newest revision, for clients that have the previous one; as `snapshot`. */
  delta(): Uint8Array {
    const { progressed } = this.#readFrame;
    if (!progressed) return this.snapshot();
    if (this.#delta?.revision === this.#revision) return this.#delta.bytes;
    const bytes = encoder.encode(this.events.progress(progressed, this.id));
    this.#pace.rendered('progress', bytes.length);
    this.#delta = { revision: this.#revision, bytes };
    return bytes;
  }

  /** The notices alone, for when no job can be read. */
  notices(): Uint8Array {
    return encoder.encode(this.events.notices(this.id));
  }

  /** Calls `listener` after every revision until the returned function is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The taskbar changed, although no job did. */
  refresh(): void {
    this.#isStale = true;
    this.#request();
  }

  get #readFrame() {
    const frame = this.#frame;
    if (!frame) throw new Error('This revision was not read.');
    if ('error' in frame) throw frame.error;
    return frame;
  }

  #request(): void {
    if (this.#reading) this.#isRequested = true;
    else this.#pacer.request();
  }

  /** The changes of the next revision. */
  #next(): Change {
    const change = this.feed.since(this.#version);
    if (this.#isStale || !change || change.cards.size > 0) {
      return { kind: 'whole', progressed: NOTHING };
    }
    return { kind: this.#isDue ? 'regular' : 'progress', progressed: change.progressed };
  }

  #publish(): void {
    // The pace allowed it only now, while a new client has it read.
    if (this.#reading) {
      this.#isRequested = true;
      return;
    }
    const change = this.#next();
    this.#version = this.feed.version;
    this.#isStale = false;
    if (change.kind === 'progress') this.#planWhole();
    else this.#wholeSent();
    if (this.#listeners.size + this.#arriving === 0) this.#show(undefined);
    else this.#reading = this.#exclusively(async () => this.#show(await this.#readChange(change)));
  }

  #show(frame: Frame | undefined): void {
    this.#revision++;
    this.#frame = frame;
    for (const listener of this.#listeners) listener();
  }

  /** Runs `read`, which never throws, and afterwards asks for what was requested meanwhile. */
  async #exclusively(read: () => Promise<void>): Promise<void> {
    try {
      await read();
    } finally {
      this.#reading = undefined;
      if (this.#isRequested) this.#pacer.request();
      this.#isRequested = false;
    }
  }

  async #readChange({ kind, progressed }: Change): Promise<Frame> {
    const before = this.#frame;
    const hasFailed = before && 'error' in before;
    // Clients did not get what a revision has changed that could not be read.
    if (kind !== 'progress' || hasFailed) return this.#readWhole();
    try {
      const known = before?.model ?? (await this.jobs.model());
      const views = await this.jobs.activeViews(progressed);
      return { model: withProgress(known, views), progressed: views };
    } catch (error) {
      return { error };
    }
  }

  async #readWhole(): Promise<Frame> {
    try {
      return { model: await this.jobs.model() };
    } catch (error) {
      return { error };
    }
  }

  #wholeSent(): void {
    this.#wholeAt = systemClock.elapsed();
    this.#isDue = false;
    this.#cancelDue?.();
    this.#cancelDue = undefined;
  }

  #planWhole(): void {
    if (this.#wholeEveryMs === undefined || this.#cancelDue) return;
    const wait = Math.max(0, this.#wholeAt + this.#wholeEveryMs - systemClock.elapsed());
    this.#cancelDue = systemClock.after(wait, () => {
      this.#isDue = true;
      this.#request();
    });
  }
}

/** The cards are the same, in the same order: only progress is newer. */
function withProgress(model: TaskbarModel, progressed: JobView[]): TaskbarModel {
  const newer = new Map(progressed.map((view) => [view.job.id, view]));
  const jobs = model.jobs.map((view) => newer.get(view.job.id) ?? view);
  return { ...model, jobs, now: new Date() };
}
