import type { Postgres } from '../../../platform/postgres/client.ts';
import type { Query } from '../../../platform/postgres/statements.ts';
import type {
  EventPlace,
  EventWindow,
  JobEvent,
  JobEventPage,
  JobEventReader,
} from '../../job_events.ts';
import {
  addListed,
  BEFORE_ALL_KEYS,
  type Changes,
  deleted,
  isReadLater,
  type ListedChanges,
} from '../event_changes.ts';
import { BRIEF, type JobRow, LIVE, RUNNING, toJob } from '../rows.ts';
import { isVisible, type Snapshot, toSnapshot, unseen, unseenRows } from './snapshot.ts';

/** More rows than the change log has, unless a transaction stays open for long. */
const MAX_ROWS = 4_096;

/**
 * Reads the sequence of events from PostgreSQL. Its transactions have no order: one that began first
 * may be visible last. So a place names what was visible when it was read, and what follows is what is
 * visible since. Of these transactions the order is that of their numbers.
 */
export class PostgresJobEvents implements JobEventReader {
  constructor(
    private readonly db: Postgres,
    private readonly now: () => number,
  ) {}

  async start(): Promise<EventPlace> {
    const { feed, now } = await headOf(this.db);
    const window = { xid: 0, after: now.text };
    return { feed, seq: 0, index: 0, revision: 0, key: BEFORE_ALL_KEYS, window };
  }

  after(place: EventPlace, limit: number): Promise<JobEventPage | undefined> {
    const { window } = place;
    if (!window) return Promise.resolve(undefined);
    return this.db.snapshot((db) => new Reading(db, this.now(), window).after(place, limit));
  }
}

interface Head {
  feed: string;
  gone: number;
  now: Snapshot;
}

async function headOf(db: Query): Promise<Head> {
  const row = await db.get<{ id: string; gone: number; now: string }>(HEAD);
  return { feed: row?.id ?? '', gone: row?.gone ?? 0, now: toSnapshot(row?.now ?? '') };
}

/** Reads from one place on, what is in the database at one moment. */
class Reading {
  readonly #after: Snapshot;
  /** The transactions of the listed changes, by their numbers in the log. */
  readonly #xids = new Map<number, number>();

  constructor(
    private readonly db: Query,
    private readonly now: number,
    private readonly window: EventWindow,
  ) {
    this.#after = toSnapshot(window.after);
  }

  async after(place: EventPlace, limit: number): Promise<JobEventPage | undefined> {
    const head = await headOf(this.db);
    const after = this.#after;
    if (place.feed !== head.feed || after.xmax > head.now.xmax) return undefined;
    // Rows were deleted that may not have been read.
    if (head.gone >= after.xmin) return undefined;
    const { until = head.now.text } = this.window;
    const changes = await this.#changes(place, until);
    if (!changes) return undefined;
    const inWindow = { ...place, window: { ...this.window, until } };
    const progress = await this.#progress(inWindow, changes, until);
    const afterProgress = { ...inWindow, revision: progress.at(-1)?.revision ?? place.revision };
    const events = progress.map(({ event }) => event);
    const listed = await this.#changed(afterProgress, changes, limit);
    events.push(...listed.events);
    if (listed.isMore) return { events, next: listed.next, isMore: true };
    const isNothing = events.length === 0 && changes.pending.size === 0 && until === head.now.text;
    const isSame = isNothing && this.window.until === undefined;
    const caughtUp = isSame ? place : endOf(listed.next, until);
    const active = await this.#active(caughtUp, limit - listed.events.length);
    const isMore = active.isMore || until !== head.now.text;
    return { events: [...events, ...active.events], next: active.next, isMore };
  }

  /** What the log lists from the place on. Undefined when it lists too much. */
  async #changes({ seq, index }: EventPlace, until: string): Promise<Changes | undefined> {
    const changes: Changes = { pending: new Map(), removed: new Map() };
    const { xid } = this.window;
    const isBegun = this.window.until !== undefined;
    const rows = await this.db.all<ListedChanges & { xid: number }>(CHANGES, [
      ...unseen(this.#after),
      until,
      isBegun ? String(xid) : '0',
      isBegun ? seq : 0,
    ]);
    if (rows.length > MAX_ROWS || rows.some(({ jobs }) => jobs === null)) return undefined;
    for (const row of rows) {
      this.#xids.set(row.seq, row.xid);
      addListed(changes, row, isBegun && row.seq === seq ? index : 0);
    }
    return changes;
  }

  /**
   * The jobs that only progressed. Those that the log lists come in its order, and those that are
   * active and not read yet with the others: both have their progress then.
   */
  async #progress(place: EventPlace, { pending }: Changes, until: string) {
    const { key = Number.POSITIVE_INFINITY } = place;
    const end = toSnapshot(until);
    const rows = await this.db.all<JobRow & { revision: number }>(PROGRESSED, [
      this.#after.xmin,
      place.revision,
    ]);
    return rows
      .filter(({ revision }) => !isVisible(revision, this.#after) && isVisible(revision, end))
      .filter((row) => row.key <= key && !pending.has(row.id))
      .map((row) => ({
        revision: row.revision,
        event: this.#upsert(row, { ...place, revision: row.revision }),
      }));
  }

  async #changed(
    place: EventPlace,
    { pending, removed }: Changes,
    limit: number,
  ): Promise<JobEventPage> {
    const events: JobEvent[] = [];
    let next = place;
    const rows = await this.#rowsOf([...pending.keys()].slice(0, limit));
    for (const { id, seq, index } of pending.values()) {
      if (events.length >= limit || !rows.has(id)) return { events, next, isMore: true };
      const xid = this.#xids.get(seq) ?? 0;
      next = { ...place, seq, index: index + 1, window: { ...windowOf(place), xid } };
      const row = rows.get(id);
      if (!row) events.push(deleted(id, removed.get(id), next));
      else if (!isReadLater(row, place)) events.push(this.#upsert(row, next));
    }
    return { events, next, isMore: false };
  }

  async #rowsOf(ids: string[]): Promise<Map<string, JobRow | undefined>> {
    if (ids.length === 0) return new Map();
    const rows = await this.db.all<JobRow>(BY_ID, [ids]);
    const known = new Map(rows.map((row) => [row.id, row]));
    return new Map(ids.map((id) => [id, known.get(id)]));
  }

  /** The next of the jobs that are active at the start. */
  async #active(place: EventPlace, limit: number): Promise<JobEventPage> {
    const { key, ...rest } = place;
    if (key === undefined) return { events: [], next: place, isMore: false };
    const rows = limit > 0 ? await this.db.all<JobRow>(ACTIVE, [key, limit]) : [];
    const events = rows.map((row) => this.#upsert(row, { ...rest, key: row.key }));
    const last = rows.at(-1);
    if (rows.length === Math.max(0, limit))
      return { events, next: { ...rest, key: last?.key ?? key }, isMore: true };
    return { events: [...events, { kind: 'ready', after: rest }], next: rest, isMore: false };
  }

  #upsert(row: JobRow, after: EventPlace): JobEvent {
    return { kind: 'upsert', job: toJob(row, this.now), after };
  }
}

function windowOf({ window }: EventPlace): EventWindow {
  return window ?? { after: '', xid: 0 };
}

/** The place at the end of the window: what is visible there was read. */
function endOf(place: EventPlace, until: string): EventPlace {
  return { ...place, index: 0, revision: 0, window: { xid: 0, after: until } };
}

const HEAD = `
  SELECT id, gone_xid::text::bigint AS gone, pg_current_snapshot()::text AS now FROM job_feed`;

const CHANGES = `
  SELECT xid::text::bigint AS xid, seq, jobs, removed
  FROM (${unseenRows('xid, seq, jobs, removed')}) AS rows
  WHERE pg_visible_in_snapshot(xid, $3::text::pg_snapshot)
    AND (xid, seq) >= ($4::text::xid8, $5::bigint)
  ORDER BY xid, seq LIMIT ${MAX_ROWS + 1}`;

const BY_ID = `SELECT ${BRIEF} FROM jobs WHERE id = ANY($1::text[])`;

const PROGRESSED = `
  SELECT ${BRIEF}, revision FROM jobs
  WHERE ${LIVE} AND ${RUNNING} AND revision >= $1::bigint AND revision > $2::bigint ORDER BY revision`;

const ACTIVE = `
  SELECT ${BRIEF} FROM jobs WHERE ${LIVE} AND key > $1::bigint ORDER BY key LIMIT $2::bigint`;
