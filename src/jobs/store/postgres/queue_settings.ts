import type { Transaction } from '../../../platform/postgres/statements.ts';
import type { AuditAction, AuditChange, Deed } from '../../audit.ts';
import { QUEUE_CHANGES } from '../audit_entries.ts';
import { HELD } from '../queue_state.ts';
import { WAITING } from '../rows.ts';
import { recordOther } from './audit_log.ts';
import type { ChangeLog } from './change_log.ts';

/** What people set for types and sources, for all processes. */
export class QueueSettings {
  constructor(private readonly log: ChangeLog) {}

  async pauseType(tx: Transaction, type: string, now: number, deed?: Deed): Promise<boolean> {
    const { changes } = await tx.run(PAUSE_TYPE, [type, now]);
    return this.#record(tx, changes, [deed, 'pause', QUEUE_CHANGES.type(type)], now);
  }

  async resumeType(tx: Transaction, type: string, now: number, deed?: Deed): Promise<boolean> {
    const { changes } = await tx.run(RESUME_TYPE, [type]);
    return this.#record(tx, changes, [deed, 'resume', QUEUE_CHANGES.type(type)], now);
  }

  async setConcurrency(
    tx: Transaction,
    type: string,
    concurrency: number | undefined,
    now: number,
    deed?: Deed,
  ): Promise<boolean> {
    const row = await tx.get<{ concurrency: number | null }>(CONCURRENCY, [type]);
    const { changes } = await tx.run(SET_CONCURRENCY, [type, concurrency ?? null]);
    const change = QUEUE_CHANGES.limit(type, row?.concurrency ?? undefined, concurrency);
    return this.#record(tx, changes, [deed, 'limit', change], now);
  }

  async pauseSource(tx: Transaction, source: string, now: number, deed?: Deed): Promise<boolean> {
    const { changes } = await tx.run(PAUSE_SOURCE, [source, now]);
    return this.#record(tx, changes, [deed, 'pause', QUEUE_CHANGES.source(source)], now);
  }

  async resumeSource(tx: Transaction, source: string, now: number, deed?: Deed): Promise<boolean> {
    const { changes } = await tx.run(RESUME_SOURCE, [source]);
    await tx.run(RELEASE, [source]);
    return this.#record(tx, changes, [deed, 'resume', QUEUE_CHANGES.source(source)], now);
  }

  /** The cards of all waiting jobs may look different. */
  async #record(
    tx: Transaction,
    changes: number,
    [deed, action, change]: [Deed | undefined, AuditAction, AuditChange],
    now: number,
  ): Promise<boolean> {
    if (changes === 0) return false;
    this.log.everythingChanged();
    await recordOther(tx, deed, action, change, now);
    return true;
  }
}

const PAUSE_TYPE = `
  INSERT INTO job_types (type, paused_at) VALUES ($1::text, $2::bigint)
  ON CONFLICT (type) DO UPDATE SET paused_at = excluded.paused_at WHERE job_types.paused_at IS NULL`;

const RESUME_TYPE =
  'UPDATE job_types SET paused_at = NULL WHERE type = $1::text AND paused_at IS NOT NULL';

const CONCURRENCY = 'SELECT concurrency FROM job_types WHERE type = $1::text';

const SET_CONCURRENCY = `
  INSERT INTO job_types (type, concurrency) VALUES ($1::text, $2::integer)
  ON CONFLICT (type) DO UPDATE SET concurrency = excluded.concurrency
  WHERE job_types.concurrency IS DISTINCT FROM excluded.concurrency`;

const PAUSE_SOURCE = `
  INSERT INTO paused_sources (source, paused_at) VALUES ($1::text, $2::bigint)
  ON CONFLICT DO NOTHING`;

const RESUME_SOURCE = 'DELETE FROM paused_sources WHERE source = $1::text';

const RELEASE = `
  UPDATE jobs SET due_at = NULL WHERE ${WAITING} AND due_at = ${HELD} AND source = $1::text`;
