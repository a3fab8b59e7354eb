import type { Database } from 'bun:sqlite';
import type { EventPlace, JobEvent, JobEventPage, JobEventReader } from '../../job_events.ts';
import {
  addListed,
  BEFORE_ALL_KEYS,
  type Changes,
  deleted,
  isReadLater,
  type ListedChanges,
} from '../event_changes.ts';
import { BRIEF, type JobRow, LIVE, RUNNING, toJob } from '../rows.ts';
import { query } from './statements.ts';

/** More rows than the change log ever has. */
const MAX_ROWS = 4_096;

interface Head {
  feed: string;
  seq: number;
  revision: number;
}

/** Reads the sequence of events from SQLite. */
export function createSqliteJobEvents(db: Database, now: () => number): JobEventReader {
  const reader = new SqliteJobEvents(db, now);
  // What is read belongs to one moment, whatever other processes write meanwhile.
  const after = db.transaction((place: EventPlace, limit: number) => reader.after(place, limit));
  return {
    start: async () => reader.start(),
    after: async (place, limit) => after(place, limit),
  };
}

class SqliteJobEvents {
  readonly #sql;

  constructor(
    db: Database,
    private readonly now: () => number,
  ) {
    this.#sql = statements(db);
  }

  start(): EventPlace {
    const { feed, seq, revision } = this.#head();
    return { feed, seq: seq + 1, index: 0, revision, key: BEFORE_ALL_KEYS };
  }

  after(place: EventPlace, limit: number): JobEventPage | undefined {
    const head = this.#head();
    if (place.feed !== head.feed || place.seq > head.seq + 1 || place.revision > head.revision)
      return undefined;
    const changes = this.#changesSince(place, head);
    if (!changes) return undefined;
    const progress = this.#progress(place, changes);
    const afterProgress = { ...place, revision: head.revision };
    const listed = this.#changed(afterProgress, changes, limit);
    const events = [...progress, ...listed.events];
    if (listed.isMore) return { events, next: listed.next, isMore: true };
    const caughtUp = { ...afterProgress, seq: head.seq + 1, index: 0 };
    const active = this.#active(caughtUp, limit - listed.events.length);
    return { ...active, events: [...events, ...active.events] };
  }

  /** What the log lists from the place on. Undefined when it does not go back that far. */
  #changesSince({ seq, index }: EventPlace, head: Head): Changes | undefined {
    const changes: Changes = { pending: new Map(), removed: new Map() };
    if (seq > head.seq) return changes;
    let expected = seq;
    for (const row of this.#sql.since.all(seq)) {
      if (row.seq !== expected++ || row.jobs === null) return undefined;
      addListed(changes, row, row.seq === seq ? index : 0);
    }
    return expected === head.seq + 1 ? changes : undefined;
  }

  /**
   * The jobs that only progressed. Those that the log lists come in its order, and those that are
   * active and not read yet with the others: both have their progress then.
   */
  #progress(place: EventPlace, { pending }: Changes): JobEvent[] {
    const { key = Number.POSITIVE_INFINITY } = place;
    return this.#sql.progressed
      .all(place.revision)
      .filter((row) => row.key <= key && !pending.has(row.id))
      .map((row) => this.#upsert(row, { ...place, revision: row.revision }));
  }

  #changed(place: EventPlace, { pending, removed }: Changes, limit: number): JobEventPage {
    const events: JobEvent[] = [];
    let next = place;
    for (const { id, seq, index } of pending.values()) {
      if (events.length >= limit) return { events, next, isMore: true };
      next = { ...place, seq, index: index + 1 };
      const row = this.#sql.job.get(id);
      if (row) {
        if (!isReadLater(row, place)) events.push(this.#upsert(row, next));
      } else events.push(deleted(id, removed.get(id), next));
    }
    return { events, next, isMore: false };
  }

  /** The next of the jobs that are active at the start. */
  #active(place: EventPlace, limit: number): JobEventPage {
    const { key, ...rest } = place;
    if (key === undefined) return { events: [], next: place, isMore: false };
    const rows = limit > 0 ? this.#sql.active.all(key, limit) : [];
    const events = rows.map((row) => this.#upsert(row, { ...rest, key: row.key }));
    const last = rows.at(-1);
    if (rows.length === Math.max(0, limit))
      return { events, next: { ...rest, key: last?.key ?? key }, isMore: true };
    return { events: [...events, { kind: 'ready', after: rest }], next: rest, isMore: false };
  }

  #upsert(row: JobRow, after: EventPlace): JobEvent {
    return { kind: 'upsert', job: toJob(row, this.now()), after };
  }

  #head(): Head {
    const { head, feed } = this.#sql;
    const { id = '', revision = 0 } = feed.get() ?? {};
    return { feed: id, revision, seq: head.get()?.seq ?? 0 };
  }
}

function statements(db: Database) {
  return {
    feed: query<{ id: string; revision: number }>(db, 'SELECT id, revision FROM job_feed'),
    head: query<{ seq: number | null }>(db, 'SELECT MAX(seq) AS seq FROM job_changes'),
    since: query<ListedChanges>(
      db,
      `SELECT seq, jobs, removed FROM job_changes WHERE seq >= ? ORDER BY seq LIMIT ${MAX_ROWS}`,
    ),
    job: query<JobRow>(db, `SELECT ${BRIEF} FROM jobs WHERE id = ?`),
    progressed: query<JobRow & { revision: number }>(
      db,
      `SELECT ${BRIEF}, revision FROM jobs
       WHERE ${LIVE} AND ${RUNNING} AND revision > ? ORDER BY revision`,
    ),
    // The index has the keys; only the rows of this page are read.
    active: query<JobRow>(
      db,
      `SELECT ${BRIEF} FROM jobs WHERE key IN (
         SELECT key FROM jobs INDEXED BY jobs_live WHERE ${LIVE} AND key > ? ORDER BY key LIMIT ?)
       ORDER BY key`,
    ),
  };
}
