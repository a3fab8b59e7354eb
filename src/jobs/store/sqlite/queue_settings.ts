import type { Database } from 'bun:sqlite';
import { HELD, type SettingRow, toPauses } from '../queue_state.ts';
import { LIVE, WAITING } from '../rows.ts';
import type { QueuePauses, TypeSetting } from '../store.ts';
import type { ChangeLog } from './changes.ts';
import { command, query } from './statements.ts';

/** What people set for types and sources, for all processes. */
export class QueueSettings {
  readonly #sql;

  constructor(
    db: Database,
    private readonly log: ChangeLog,
  ) {
    this.#sql = statements(db);
  }

  of(type: string): TypeSetting {
    const row = this.#sql.ofType.get(type);
    return {
      isPaused: (row?.paused_at ?? null) !== null,
      concurrency: row?.concurrency ?? undefined,
    };
  }

  /** As a rule there are none. */
  pausedSources(): ReadonlySet<string> {
    return new Set(this.#sql.sources.all().map(({ source }) => source));
  }

  pauses(): QueuePauses {
    return toPauses(this.#sql.types.all(), this.#sql.sources.all());
  }

  pauseType(type: string, now: number): boolean {
    return this.#isChanged(this.#sql.pauseType.run(type, now).changes);
  }

  resumeType(type: string): boolean {
    return this.#isChanged(this.#sql.resumeType.run(type).changes);
  }

  setConcurrency(type: string, concurrency: number | undefined): boolean {
    return this.#isChanged(this.#sql.setConcurrency.run(type, concurrency ?? null).changes);
  }

  pauseSource(source: string, now: number): boolean {
    return this.#isChanged(this.#sql.pauseSource.run(source, now).changes);
  }

  resumeSource(source: string): boolean {
    const isChanged = this.#isChanged(this.#sql.resumeSource.run(source).changes);
    for (const type of this.log.typesWith('waiting')) this.#sql.release.run(type, source);
    return isChanged;
  }

  hold(key: number): void {
    this.#sql.hold.run(key);
  }

  /** The cards of all waiting jobs may look different. */
  #isChanged(changes: number): boolean {
    if (changes > 0) this.log.everythingChanged();
    return changes > 0;
  }
}

function statements(db: Database) {
  const held = (status: string) => `
    SELECT key FROM jobs WHERE ${LIVE} AND status = '${status}' AND type = ?1 AND due_at = ${HELD}
      AND metadata ->> 'source' = ?2`;
  return {
    ofType: query<SettingRow>(
      db,
      'SELECT type, paused_at, concurrency FROM job_types WHERE type = ?',
    ),
    types: query<SettingRow>(
      db,
      'SELECT type, paused_at, concurrency FROM job_types ORDER BY type',
    ),
    sources: query<{ source: string; paused_at: number }>(
      db,
      'SELECT source, paused_at FROM paused_sources ORDER BY source',
    ),
    pauseType: command(
      db,
      `INSERT INTO job_types (type, paused_at) VALUES (?1, ?2)
       ON CONFLICT DO UPDATE SET paused_at = excluded.paused_at WHERE paused_at IS NULL`,
    ),
    resumeType: command(
      db,
      'UPDATE job_types SET paused_at = NULL WHERE type = ? AND paused_at IS NOT NULL',
    ),
    setConcurrency: command(
      db,
      `INSERT INTO job_types (type, concurrency) VALUES (?1, ?2)
       ON CONFLICT DO UPDATE SET concurrency = excluded.concurrency
       WHERE concurrency IS NOT excluded.concurrency`,
    ),
    pauseSource: command(
      db,
      'INSERT INTO paused_sources (source, paused_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING',
    ),
    resumeSource: command(db, 'DELETE FROM paused_sources WHERE source = ?'),
    hold: command(db, `UPDATE jobs SET due_at = ${HELD} WHERE key = ? AND ${WAITING}`),
    release: command(
      db,
      `UPDATE jobs SET due_at = NULL WHERE key IN (${held('queued')} UNION ALL ${held('retrying')})`,
    ),
  };
}
