import type { Inserted } from '../jobs/index.ts';
import type { Postgres } from '../platform/postgres/client.ts';
import type { Query, Transaction, Value } from '../platform/postgres/statements.ts';
import { writerOf } from '../platform/postgres/writer.ts';
import {
  dueRunColumns,
  MAX_RUNS,
  manualRunColumns,
  OWN_COLUMNS,
  outcomeOf,
  ownColumns,
  RUN_COLUMNS,
  RUN_WITH_JOB,
  type RunRow,
  type ScheduleRow,
  startColumns,
  toListed,
  toRun,
  toStored,
} from './rows.ts';
import type {
  AddLimits,
  DecidedClaim,
  Decision,
  DueRun,
  ListedSchedule,
  NewSchedule,
  ScheduleStore,
} from './store.ts';

/** Held by those who add schedules: they count the same ones, and look for equal ones. */
const ADDING = 'schedules';

/**
 * Schedules in PostgreSQL, for any number of nodes. A due time is decided with the row of its schedule locked,
 * in the transaction that queues the job: the next node finds the schedule due at another time.
 * Needs the tables of `migrations/postgres/`.
 */
export function createPostgresScheduleStore(db: Postgres): ScheduleStore {
  const writer = writerOf(db);
  const change = (sql: string, values: readonly Value[], made?: () => void) =>
    writer.write(async (tx) => {
      if ((await tx.run(sql, values)).changes === 0) return false;
      made?.();
      return true;
    });
  return {
    add: (schedule, limits, made) =>
      writer.write((tx) => add(tx, schedule, limits, made), [ADDING]),
    edit: (schedule, isMoved, made) => {
      const { id, version, nextDue = null, input } = schedule;
      const next = [isMoved ? 1 : 0, nextDue, id, version];
      return change(EDIT, [...startColumns(schedule), JSON.stringify(input), ...next], made);
    },
    list: async () => (await db.all<ListedRow>(LIST)).map(listed),
    get: async (id) => {
      const row = await db.get<ListedRow>(GET_LISTED, [id]);
      return row && listed(row);
    },
    runs: async (id, limit) => (await db.all<RunRow>(RUNS, [id, limit])).map(toRun),
    pause: (id, now, made) => change(PAUSE, [now, id], made),
    resume: ({ id, version }, nextDue, made) =>
      change(RESUME, [nextDue ?? null, id, version], made),
    remove: (id, made) => change('DELETE FROM schedules WHERE id = $1', [id], made),
    due: async (now, types) => (await db.all<ScheduleRow>(DUE, [now, types])).map(toStored),
    nextDue: async (types, except) =>
      (await db.get<{ due: number | null }>(NEXT_DUE, [types, except]))?.due ?? undefined,
    hasRun: (id, due) => hasRun(db, id, due),
    moveDue: ({ id, nextDue = null, version }, to) => change(MOVE_DUE, [to, id, nextDue, version]),
    claimDue: (run) => new DueClaim(run),
    claimManual: (id, now) => new ManualClaim(id, now),
    refuse: (run, message) =>
      writer.write(async (tx) => {
        if (!(await take(tx, run))) return false;
        await addRun(tx, dueRunColumns(run, { outcome: 'refused', message }));
        return true;
      }),
  };
}

/** A due time is claimed by moving the schedule on to the next one. */
class DueClaim implements DecidedClaim {
  decision: Decision = 'gone';

  constructor(private readonly run: DueRun) {}

  async take(tx: Transaction): Promise<boolean> {
    this.decision = 'gone';
    if (!(await take(tx, this.run))) return false;
    const jobId = await activeJobOf(tx, this.run.id);
    this.decision = jobId === undefined ? 'taken' : { activeJobId: jobId };
    if (jobId === undefined) return true;
    await addRun(tx, dueRunColumns(this.run, { outcome: 'skipped', jobId }));
    return false;
  }

  recordStart(inserted: Inserted, tx: Transaction): Promise<void> {
    return addRun(tx, dueRunColumns(this.run, outcomeOf(inserted)));
  }
}

class ManualClaim implements DecidedClaim {
  decision: Decision = 'gone';

  constructor(
    private readonly id: string,
    private readonly now: number,
  ) {}

  async take(tx: Transaction): Promise<boolean> {
    this.decision = 'gone';
    if ((await tx.get(LOCK, [this.id])) === undefined) return false;
    const jobId = await activeJobOf(tx, this.id);
    this.decision = jobId === undefined ? 'taken' : { activeJobId: jobId };
    return jobId === undefined;
  }

  /** A refusal is the answer to who pressed the button. */
  async recordStart(inserted: Inserted, tx: Transaction): Promise<void> {
    if ('job' in inserted)
      await addRun(tx, manualRunColumns(this.id, this.now, outcomeOf(inserted)));
  }
}

type ListedRow = ScheduleRow & { [Column in keyof RunRow]: RunRow[Column] | null };

function listed(row: ListedRow): ListedSchedule {
  return toListed(row, row.at === null ? undefined : (row as RunRow));
}

async function add(
  tx: Transaction,
  schedule: NewSchedule,
  { most, mergeMs }: AddLimits,
  made?: () => void,
): Promise<string | undefined> {
  const { id, createdAt, nextDue = null } = schedule;
  if (await tx.get(GET, [id])) return id;
  const columns = ownColumns(schedule);
  const twin =
    mergeMs > 0 &&
    (await tx.get<{ id: string }>(TWIN, [...columns, createdAt - mergeMs, createdAt]));
  if (twin) return twin.id;
  const count = await tx.get<{ schedules: number }>(COUNT);
  if ((count?.schedules ?? 0) >= most) return undefined;
  await tx.run(ADD, [...columns, id, createdAt, nextDue]);
  made?.();
  return id;
}

/**
 * False when another node was first, the schedule was edited, or the due time has run before the clock
 * was set back.
 */
async function take(tx: Transaction, { id, version, from, due, next }: DueRun): Promise<boolean> {
  const moved = await tx.run(MOVE_DUE, [next ?? null, id, from, version]);
  return moved.changes > 0 && !(await hasRun(tx, id, due));
}

async function hasRun(query: Query, id: string, due: number): Promise<boolean> {
  return (await query.get(HAS_RUN, [id, due])) !== undefined;
}

async function activeJobOf(tx: Transaction, id: string): Promise<string | undefined> {
  return (await tx.get<{ id: string }>(ACTIVE_JOB, [id]))?.id;
}

async function addRun(tx: Transaction, columns: readonly Value[]): Promise<void> {
  await tx.run(ADD_RUN, columns);
  await tx.run(DELETE_OLD_RUNS, [columns[0] ?? null, MAX_RUNS]);
}

const GET = 'SELECT 1 AS found FROM schedules WHERE id = $1';

// Until the transaction has ended nobody else decides a start of it, edits or removes it.
const LOCK = `${GET} FOR NO KEY UPDATE`;

const ADD = `
  INSERT INTO schedules (${OWN_COLUMNS}, id, created_at, next_due)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`;

const TWIN = `
  SELECT id FROM schedules
  WHERE type = $1 AND input = $2 AND client IS NOT DISTINCT FROM $3
    AND session_id IS NOT DISTINCT FROM $4 AND cron = $5 AND time_zone = $6 AND priority = $7
    AND timeout_ms IS NOT DISTINCT FROM $8 AND created_at BETWEEN $9 AND $10 LIMIT 1`;

const COUNT = 'SELECT COUNT(*) AS schedules FROM schedules';

// While it is paused nothing is due.
const EDIT = `
  UPDATE schedules SET session_id = $1, cron = $2, time_zone = $3, priority = $4, timeout_ms = $5,
                       input = $6, version = version + 1,
                       next_due = CASE WHEN $7::integer = 0 THEN next_due
                                       WHEN paused_at IS NULL THEN $8::bigint END
  WHERE id = $9 AND version = $10`;

const PAUSE = `
  UPDATE schedules SET paused_at = $1, next_due = NULL WHERE id = $2 AND paused_at IS NULL`;

const RESUME = `
  UPDATE schedules SET paused_at = NULL, next_due = $1
  WHERE id = $2 AND version = $3 AND paused_at IS NOT NULL`;

const MOVE_DUE = `
  UPDATE schedules SET next_due = $1
  WHERE id = $2 AND next_due IS NOT DISTINCT FROM $3 AND version = $4 AND paused_at IS NULL`;

const DUE = `
  SELECT * FROM schedules WHERE next_due <= $1 AND type = ANY($2::text[]) ORDER BY next_due, id`;

const NEXT_DUE = `
  SELECT MIN(next_due) AS due FROM schedules
  WHERE next_due IS NOT NULL AND type = ANY($1::text[]) AND id <> ALL($2::text[])`;

const runsOf = (schedule: string, limit: string) => `
  SELECT ${RUN_WITH_JOB} FROM schedule_runs AS runs LEFT JOIN jobs ON jobs.id = runs.job_id
  WHERE runs.schedule_id = ${schedule} ORDER BY runs.seq DESC LIMIT ${limit}`;

const RUNS = runsOf('$1', '$2');

const WITH_LAST_RUN = `
  SELECT * FROM schedules LEFT JOIN LATERAL (${runsOf('schedules.id', '1')}) AS last ON true`;

const LIST = `${WITH_LAST_RUN} ORDER BY created_at, id`;

const GET_LISTED = `${WITH_LAST_RUN} WHERE id = $1`;

const HAS_RUN = 'SELECT 1 AS found FROM schedule_runs WHERE schedule_id = $1 AND due = $2';

const ACTIVE_JOB = `
  SELECT jobs.id FROM schedule_runs AS runs JOIN jobs ON jobs.id = runs.job_id
  WHERE runs.schedule_id = $1 AND jobs.completed_at IS NULL LIMIT 1`;

const ADD_RUN = `
  INSERT INTO schedule_runs (${RUN_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;

const DELETE_OLD_RUNS = `
  DELETE FROM schedule_runs WHERE schedule_id = $1 AND seq <= (
    SELECT seq FROM schedule_runs WHERE schedule_id = $1 ORDER BY seq DESC LIMIT 1 OFFSET $2)`;
