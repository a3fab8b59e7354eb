import type { Postgres } from '../../../platform/postgres/client.ts';
import type { Transaction } from '../../../platform/postgres/statements.ts';
import type { LaneStateOf } from '../../lanes.ts';
import type { Need } from '../../needs.ts';
import { CLAIMED, type ClaimedRow, type Next, toClaimed } from '../claims.ts';
import { IN_ORDER, OWN_PRIORITY } from '../queue_order.ts';
import { HELD } from '../queue_state.ts';
import { RUNNING, WAITING } from '../rows.ts';
import type { Claimed, ClaimRequest, Lease } from '../store.ts';
import type { ChangeLog } from './change_log.ts';
import { hadOf, laterOf, readyOf } from './conditions.ts';
import { LaneQueue } from './lane_queue.ts';

/** Jobs whose time has come in one transaction at most. */
const MAX_DUE = 1_000;

/** How often one claim looks for jobs of sources that are not paused. */
const MAX_SEARCHES = 20;

/** What a claim has to know of a type's queue. */
interface QueueRow {
  is_paused: boolean;
  concurrency: number | null;
  running: number;
  is_due: boolean;
  /** As a JSON array. */
  paused_sources: string;
}

/** Hands out waiting jobs. */
export class Claiming {
  readonly #lanes = new LaneQueue();
  /** The types whose next starts are to be read together. */
  #asked: { types: Map<string, readonly Need[] | undefined>; starts: Promise<Starts> } | undefined;

  constructor(
    private readonly postgres: Postgres,
    private readonly log: ChangeLog,
  ) {}

  async nextStart(
    type: string,
    only?: string,
    lanes?: LaneStateOf,
    needs?: readonly Need[],
  ): Promise<number | undefined> {
    if (only !== undefined) {
      const values = [only, type, asValue(needs)];
      const row = await this.postgres.get<{ at: number | null }>(NEXT_START_OF_FAMILY, values);
      return row?.at ?? undefined;
    }
    this.#asked ??= this.#ask();
    this.#asked.types.set(type, lanes ? undefined : needs);
    const at = (await this.#asked.starts).get(type) ?? undefined;
    // Where no job waits, none waits in a lane.
    return lanes && at !== undefined ? this.#lanes.nextStart(this.postgres, type, lanes) : at;
  }

  /** Reads the next starts of all types that are asked for in this turn. */
  #ask() {
    const types = new Map<string, readonly Need[] | undefined>();
    const starts = Promise.resolve().then(async () => {
      this.#asked = undefined;
      const wanted = [...types].map(([type, needs]) => ({ type, needs: fieldsOf(needs) }));
      const values = [JSON.stringify(wanted)];
      const rows = await this.postgres.all<NextStart>(NEXT_STARTS, values);
      return new Map(rows.map(({ type, at }) => [type, at]));
    });
    return { types, starts };
  }

  /** Nobody else may claim jobs of the type in the meantime: see `claimLockOf`. */
  async claim(
    tx: Transaction,
    request: ClaimRequest,
    lease: Lease,
    now: number,
  ): Promise<Claimed[]> {
    const { type, limit, taken } = request;
    const queue = await tx.get<QueueRow>(QUEUE, [type, now]);
    if (!queue || queue.is_paused) return [];
    const free = (queue.concurrency ?? limit) - Math.max(taken, queue.running);
    if (free <= 0) return [];
    if (queue.is_due && request.only === undefined) await tx.run(MAKE_READY, [type, now]);
    const paused = JSON.parse(queue.paused_sources) as string[];
    const rows = await this.#claimSome(tx, request, { free, paused, lease, now });
    for (const { id } of rows) this.log.changed(id);
    return rows.map((row) => toClaimed(row, now));
  }

  async #claimSome(
    tx: Transaction,
    { type, only, lanes, needs }: ClaimRequest,
    { free, paused, lease, now }: Limits,
  ): Promise<ClaimedRow[]> {
    const by = [lease.owner, lease.until, now];
    const had = asValue(needs);
    if (only === undefined && lanes === undefined && paused.length === 0) {
      const first = needs?.length
        ? tx.all<OrderedRow>(CLAIM_FIRST_HAD, [...by, type, free, had])
        : tx.all<OrderedRow>(CLAIM_FIRST, [...by, type, free]);
      return inOrder(await first);
    }
    const keys =
      lanes && only === undefined
        ? await this.#lanes.next(tx, type, lanes, free, now)
        : await unpausedKeys(tx, paused, free, (most) =>
            only === undefined
              ? tx.all<Next>(NEXT, [type, most, had])
              : tx.all<Next>(NEXT_OF_FAMILY, [only, type, now, most, had]),
          );
    if (keys.length === 0) return [];
    return inOrder(await tx.all<OrderedRow>(CLAIM_KEYS, [...by, keys]));
  }
}

type Starts = Map<string, number | null>;

/** The fields and what the process has of each, as a JSON array; empty where nothing is needed. */
function asValue(needs: readonly Need[] | undefined): string {
  return JSON.stringify(fieldsOf(needs));
}

function fieldsOf(needs: readonly Need[] = []) {
  return needs.map(({ field, has }) => ({ field, has }));
}

interface NextStart {
  type: string;
  at: number | null;
}

interface Limits {
  free: number;
  paused: string[];
  lease: Lease;
  now: number;
}

/** Held by those who claim jobs of a type, so that they count the same running ones. */
export function claimLockOf(type: string): string {
  return `claim: ${type}`;
}

/** Jobs of paused sources are taken out of the way, once. */
async function unpausedKeys(
  tx: Transaction,
  paused: string[],
  free: number,
  next: (most: number) => Promise<Next[]>,
): Promise<number[]> {
  const isPaused = ({ source }: Next) => source !== null && paused.includes(source);
  for (let searches = 0; searches < MAX_SEARCHES; searches++) {
    const found = await next(Math.max(free, MIN_FOUND));
    const held = found.filter(isPaused);
    if (held.length > 0) await tx.run(HOLD, [held.map(({ key }) => key)]);
    const others = found.filter((row) => !isPaused(row));
    if (others.length > 0 || held.length === 0) return others.slice(0, free).map(({ key }) => key);
  }
  return [];
}

/** How many jobs one search reads at least. */
const MIN_FOUND = 50;

/** In the order of the queue, which a statement that changes rows does not keep. */
type OrderedRow = ClaimedRow & { place: number };

function inOrder(rows: OrderedRow[]): ClaimedRow[] {
  return rows.sort((a, b) => a.place - b.place);
}

const FAMILY = `
  WITH RECURSIVE family (id) AS (
    SELECT $1::text COLLATE "C" UNION SELECT jobs.id FROM jobs JOIN family ON jobs.parent_id = family.id)`;

const WANTED = hadOf('wanted.needs');

// From JSON, whose length is not guessed: of arrays, the server planned it anew each time, for 0.9 ms.
const NEXT_STARTS = `
  SELECT type, CASE
    WHEN EXISTS (SELECT 1 FROM job_types WHERE job_types.type = wanted.type AND paused_at IS NOT NULL)
      THEN NULL
    WHEN EXISTS (SELECT 1 FROM jobs WHERE ${readyOf('wanted.type')} AND ${WANTED}) THEN 0
    ELSE (SELECT MIN(due_at) FROM jobs WHERE ${laterOf('wanted.type')} AND ${WANTED}) END AS at
  FROM json_to_recordset($1::text::json) AS wanted (type text, needs json)`;

const NEXT_START_OF_FAMILY = `
  ${FAMILY} SELECT MIN(COALESCE(due_at, 0)) AS at FROM family JOIN jobs USING (id)
  WHERE type = $2 AND ${WAITING} AND ${hadOf('$3::text')}
    AND NOT EXISTS (SELECT 1 FROM job_types WHERE job_types.type = $2 AND paused_at IS NOT NULL)`;

const QUEUE = `
  SELECT paused_at IS NOT NULL AS is_paused, concurrency,
         (SELECT COUNT(*) FROM jobs
          WHERE completed_at IS NULL AND ${RUNNING} AND type = $1::text AND tracked = 0) AS running,
         EXISTS (SELECT 1 FROM jobs WHERE ${laterOf('$1::text')} AND due_at <= $2::bigint) AS is_due,
         (SELECT COALESCE(json_agg(source), '[]')::text FROM paused_sources) AS paused_sources
  FROM (SELECT) AS one LEFT JOIN job_types ON type = $1::text`;

const MAKE_READY = `
  UPDATE jobs SET due_at = NULL WHERE key IN (
    SELECT key FROM jobs WHERE ${laterOf('$1::text')} AND due_at <= $2::bigint
    ORDER BY due_at LIMIT ${MAX_DUE})`;

const claim = (next: string) => `
  WITH next AS (${next})
  UPDATE jobs SET status = 'running', attempt = attempt + 1, advanced = 0, retry_at = NULL,
                  due_at = NULL, owner = $1::text, lease_until = $2::bigint, started_at = $3::bigint,
                  updated_at = $3::bigint, ${OWN_PRIORITY}
  FROM next WHERE jobs.key = next.key AND ${WAITING}
  RETURNING ${CLAIMED}, place`;

// Of jobs that another transaction changes the next ones are taken: it may be a cancel.
const FIRST = `${IN_ORDER} LIMIT $5::bigint FOR NO KEY UPDATE SKIP LOCKED`;

const CLAIM_FIRST = claim(`
  SELECT key, row_number() OVER () AS place FROM (
    SELECT key FROM jobs WHERE ${readyOf('$4::text')} ${FIRST}) AS first`);

const CLAIM_FIRST_HAD = claim(`
  SELECT key, row_number() OVER () AS place FROM (
    SELECT key FROM jobs WHERE ${readyOf('$4::text')} AND ${hadOf('$6::text')} ${FIRST}) AS first`);

const CLAIM_KEYS = claim(
  'SELECT key, place FROM unnest($4::bigint[]) WITH ORDINALITY AS keys (key, place)',
);

const NEXT = `
  SELECT key, source FROM jobs
  WHERE ${readyOf('$1::text')} AND ${hadOf('$3::text')}
  ${IN_ORDER} LIMIT $2::bigint FOR NO KEY UPDATE SKIP LOCKED`;

const NEXT_OF_FAMILY = `
  ${FAMILY} SELECT key, source FROM family JOIN jobs USING (id)
  WHERE type = $2::text AND ${WAITING} AND (due_at IS NULL OR due_at <= $3::bigint)
    AND ${hadOf('$5::text')}
  ${IN_ORDER} LIMIT $4::bigint FOR NO KEY UPDATE OF jobs SKIP LOCKED`;

const HOLD = `UPDATE jobs SET due_at = ${HELD} WHERE key = ANY($1::bigint[]) AND ${WAITING}`;
