import type { Database } from 'bun:sqlite';
import type { Inserted } from '../jobs/index.ts';
import { statement } from '../platform/statement.ts';
import type { Writer } from '../platform/writer.ts';
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
  StoredSchedule,
} from './store.ts';

/** Schedules in SQLite. Needs the tables of `migrations/`. */
export function createSqliteScheduleStore(db: Database, writer: Writer): ScheduleStore {
  const sql = statements(db);
  const history = new RunHistory(sql);
  const listed = (row: ScheduleRow): ListedSchedule => {
    const last = sql.runs.all(row.id, 1)[0];
    return toListed(row, last);
  };
  const changes = (run: () => { changes: number }, made?: () => void) =>
    writer.write(() => {
      if (run().changes === 0) return false;
      made?.();
      return true;
    });
  return {
    add: (schedule, limits, made) =>
      writer.write(() => {
        const isThere = sql.get.get(schedule.id) !== null;
        const id = add(sql, schedule, limits);
        if (id === schedule.id && !isThere) made?.();
        return id;
      }),
    edit: (schedule, isMoved, made) => changes(() => edit(sql, schedule, isMoved), made),
    list: async () => sql.all.all().map(listed),
    get: async (id) => {
      const row = sql.get.get(id);
      return row ? listed(row) : undefined;
    },
    runs: async (id, limit) => sql.runs.all(id, limit).map(toRun),
    pause: (id, now, made) => changes(() => sql.pause.run(now, id), made),
    resume: ({ id, version }, nextDue, made) =>
      changes(() => sql.resume.run(nextDue ?? null, id, version), made),
    remove: (id, made) => changes(() => sql.remove.run(id), made),
    due: async (now, types) => sql.due.all(now, JSON.stringify(types)).map(toStored),
    nextDue: async (types, except) =>
      sql.nextDue.get(JSON.stringify(types), JSON.stringify(except))?.due ?? undefined,
    hasRun: async (id, due) => sql.hasRun.get(id, due) !== null,
    moveDue: ({ id, nextDue = null, version }, to) =>
      changes(() => sql.moveDue.run(to, id, nextDue, version)),
    claimDue: (run) => new DueClaim(sql, history, run),
    claimManual: (id, now) => new ManualClaim(sql, history, id, now),
    refuse: (run, message) =>
      writer.write(() => {
        if (!take(sql, run)) return false;
        history.add(dueRunColumns(run, { outcome: 'refused', message }));
        return true;
      }),
  };
}

/** What a claim writes runs to. */
class RunHistory {
  constructor(private readonly sql: Statements) {}

  add(columns: Texts): void {
    this.sql.addRun.run(...columns);
    const [id = null] = columns;
    this.sql.deleteOldRuns.run(id, id, MAX_RUNS);
  }
}

/** A due time is claimed by moving the schedule on to the next one. */
class DueClaim implements DecidedClaim {
  decision: Decision = 'gone';

  constructor(
    private readonly sql: Statements,
    private readonly history: RunHistory,
    private readonly run: DueRun,
  ) {}

  take(): boolean {
    this.decision = 'gone';
    if (!take(this.sql, this.run)) return false;
    const active = this.sql.activeJob.get(this.run.id);
    this.decision = active ? { activeJobId: active.id } : 'taken';
    if (active) this.history.add(dueRunColumns(this.run, { outcome: 'skipped', jobId: active.id }));
    return !active;
  }

  recordStart(inserted: Inserted): void {
    this.history.add(dueRunColumns(this.run, outcomeOf(inserted)));
  }
}

class ManualClaim implements DecidedClaim {
  decision: Decision = 'gone';

  constructor(
    private readonly sql: Statements,
    private readonly history: RunHistory,
    private readonly id: string,
    private readonly now: number,
  ) {}

  take(): boolean {
    const active = this.sql.activeJob.get(this.id);
    const isThere = this.sql.get.get(this.id) !== null;
    this.decision = active ? { activeJobId: active.id } : isThere ? 'taken' : 'gone';
    return this.decision === 'taken';
  }

  /** A refusal is the answer to who pressed the button. */
  recordStart(inserted: Inserted): void {
    if ('job' in inserted)
      this.history.add(manualRunColumns(this.id, this.now, outcomeOf(inserted)));
  }
}

/**
 * False when another process was first, the schedule was edited, or the due time has run before the clock
 * was set back.
 */
function take(sql: Statements, { id, version, from, due, next }: DueRun): boolean {
  if (sql.moveDue.run(next ?? null, id, from, version).changes === 0) return false;
  return sql.hasRun.get(id, due) === null;
}

function add(
  sql: Statements,
  schedule: NewSchedule,
  { most, mergeMs }: AddLimits,
): string | undefined {
  const { id, createdAt, nextDue = null } = schedule;
  if (sql.get.get(id)) return id;
  const columns = ownColumns(schedule);
  const twin = mergeMs > 0 && sql.twin.get(...columns, createdAt - mergeMs, createdAt);
  if (twin) return twin.id;
  if ((sql.count.get()?.schedules ?? 0) >= most) return undefined;
  sql.add.run(...columns, id, createdAt, nextDue);
  return id;
}

/** While it is paused nothing is due. */
function edit(sql: Statements, schedule: StoredSchedule, isMoved: boolean): { changes: number } {
  const { id, version, nextDue = null } = schedule;
  const input = JSON.stringify(schedule.input);
  return sql.edit.run(...startColumns(schedule), input, isMoved ? 1 : 0, nextDue, id, version);
}

type Statements = ReturnType<typeof statements>;
type Texts = (string | number | null)[];

function statements(db: Database) {
  return { ...scheduleStatements(db), ...runStatements(db) };
}

function scheduleStatements(db: Database) {
  return {
    add: statement<null, Texts>(
      db,
      `INSERT INTO schedules (${OWN_COLUMNS}, id, created_at, next_due)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    twin: statement<{ id: string }, Texts>(
      db,
      `SELECT id FROM schedules
       WHERE type = ? AND input = ? AND client IS ? AND session_id IS ? AND cron = ? AND time_zone = ?
         AND priority = ? AND timeout_ms IS ? AND created_at BETWEEN ? AND ? LIMIT 1`,
    ),
    edit: statement<null, Texts>(
      db,
      `UPDATE schedules SET session_id = ?, cron = ?, time_zone = ?, priority = ?, timeout_ms = ?,
                            input = ?, version = version + 1,
                            next_due = CASE WHEN NOT ? THEN next_due WHEN paused_at IS NULL THEN ? END
       WHERE id = ? AND version = ?`,
    ),
    count: statement<{ schedules: number }, []>(db, 'SELECT COUNT(*) AS schedules FROM schedules'),
    all: statement<ScheduleRow, []>(db, 'SELECT * FROM schedules ORDER BY created_at, id'),
    get: statement<ScheduleRow, [string]>(db, 'SELECT * FROM schedules WHERE id = ?'),
    pause: statement<null, Texts>(
      db,
      `UPDATE schedules SET paused_at = ?, next_due = NULL WHERE id = ? AND paused_at IS NULL`,
    ),
    resume: statement<null, Texts>(
      db,
      `UPDATE schedules SET paused_at = NULL, next_due = ?
       WHERE id = ? AND version = ? AND paused_at IS NOT NULL`,
    ),
    remove: statement<null, [string]>(db, 'DELETE FROM schedules WHERE id = ?'),
    due: statement<ScheduleRow, [number, string]>(
      db,
      `SELECT * FROM schedules
       WHERE next_due <= ? AND type IN (SELECT value FROM json_each(?)) ORDER BY next_due, id`,
    ),
    nextDue: statement<{ due: number | null }, [string, string]>(
      db,
      `SELECT MIN(next_due) AS due FROM schedules
       WHERE next_due IS NOT NULL AND type IN (SELECT value FROM json_each(?1))
         AND id NOT IN (SELECT value FROM json_each(?2))`,
    ),
    moveDue: statement<null, Texts>(
      db,
      `UPDATE schedules SET next_due = ?
       WHERE id = ? AND next_due IS ? AND version = ? AND paused_at IS NULL`,
    ),
  };
}

function runStatements(db: Database) {
  const runs = `
    SELECT ${RUN_WITH_JOB}
    FROM schedule_runs AS runs LEFT JOIN jobs ON jobs.id = runs.job_id
    WHERE runs.schedule_id = ? ORDER BY runs.seq DESC LIMIT ?`;
  return {
    runs: statement<RunRow, [string, number]>(db, runs),
    hasRun: statement<{ found: 1 }, [string, number]>(
      db,
      'SELECT 1 AS found FROM schedule_runs WHERE schedule_id = ? AND due = ?',
    ),
    activeJob: statement<{ id: string }, [string]>(
      db,
      `SELECT jobs.id FROM schedule_runs AS runs JOIN jobs ON jobs.id = runs.job_id
       WHERE runs.schedule_id = ? AND jobs.completed_at IS NULL LIMIT 1`,
    ),
    addRun: statement<null, Texts>(
      db,
      `INSERT INTO schedule_runs (${RUN_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    deleteOldRuns: statement<null, Texts>(
      db,
      `DELETE FROM schedule_runs WHERE schedule_id = ? AND seq <= (
         SELECT seq FROM schedule_runs WHERE schedule_id = ? ORDER BY seq DESC LIMIT 1 OFFSET ?)`,
    ),
  };
}
