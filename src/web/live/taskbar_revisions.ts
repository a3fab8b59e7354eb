import type { Feed } from '../../jobs/index.ts';
import { systemClock } from '../../platform/clock.ts';
import { Pacer } from '../../platform/pacer.ts';
import type { TaskbarEvents } from './taskbar_events.tsx';
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

const NOTHING: ReadonlySet<string> = new Set();

const encoder = new TextEncoder();

/** The revisions of the taskbar as bytes, each rendered once for all its clients. */
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
  readonly #boot = Bun.randomUUIDv7('hex').slice(-12);
  readonly #wholeEveryMs: number | undefined;
  #revision = 0;
  /** The version of the feed that the newest revision shows. */
  #version: number;
  /** The changes of the newest revision. */
  #change: Change = { kind: 'progress', progressed: NOTHING };
  /** The taskbar changed, although no job did. */
  #isStale = false;
  /** The whole taskbar is to be sent because it was not for so long. */
  #isDue = false;
  #wholeAt = Number.NEGATIVE_INFINITY;
  #cancelDue: (() => void) | undefined;
  #snapshot: Piece | undefined;
  #delta: Piece | undefined;

  constructor(
    private readonly feed: Feed,
    private readonly events: TaskbarEvents,
    { wholeEveryMs }: RevisionOptions = {},
  ) {
    this.#version = feed.version;
    this.#wholeEveryMs = wholeEveryMs;
    this.#pace = new TaskbarPace(() => this.#next().kind, wholeEveryMs);
    feed.subscribe(() => this.#pacer.request());
  }

  /** The number of the newest revision. */
  get revision(): number {
    return this.#revision;
  }

  /** The event id of the newest revision: `<boot>-<revision>`. */
  get id(): string {
    return `${this.#boot}-${this.#revision}`;
  }

  /** The whole taskbar: an event `jobs`. */
  snapshot(): Uint8Array {
    if (this.#snapshot?.revision === this.#revision) return this.#snapshot.bytes;
    const bytes = encoder.encode(this.events.whole(this.id));
    this.#pace.rendered('whole', bytes.length);
    this.#snapshot = { revision: this.#revision, bytes };
    return bytes;
  }

  /** The changes of the newest revision, for clients that have the previous one. */
  delta(): Uint8Array {
    if (this.#change.kind !== 'progress') return this.snapshot();
    if (this.#delta?.revision === this.#revision) return this.#delta.bytes;
    const bytes = encoder.encode(this.events.progress(this.#change.progressed, this.id));
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
    this.#pacer.request();
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
    this.#change = this.#next();
    this.#version = this.feed.version;
    this.#isStale = false;
    this.#revision++;
    if (this.#change.kind === 'progress') this.#planWhole();
    else this.#wholeSent();
    for (const listener of this.#listeners) listener();
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
      this.#pacer.request();
    });
  }
}
