import type { HeldLease, Run } from './store.ts';
import type { Moved } from './transaction_changes.ts';

/** How often a job may be interrupted without making progress before it costs it an attempt. */
export const FREE_INTERRUPTIONS = 10;

export const RESCUE = { via: 'rescue' } as const;

export const PROCESS_ENDED = 'The process that ran it ended.';
export const INTERRUPTED = 'Interrupted: the process that ran it ended.';

/** A running job, and who has it until when. */
export interface LeaseRow extends Moved {
  attempt: number;
  owner: string | null;
  lease_until: number | null;
}

export function toHeldLease({ id, attempt, owner, lease_until, tracked }: LeaseRow): HeldLease {
  return {
    id,
    attempt,
    owner: owner ?? undefined,
    until: lease_until ?? 0,
    tracked: tracked === 1,
  };
}

export function toRun(row: LeaseRow): Run {
  return {
    id: row.id,
    attempt: row.attempt,
    type: row.type as Run['type'],
    tracked: row.tracked === 1,
    client: row.client ?? undefined,
    startedAt: row.started_at ?? 0,
  };
}
