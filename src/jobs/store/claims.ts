import { json } from './rows.ts';
import type { Claimed, Run } from './store.ts';

/** The next of a queue, and the source in its input. */
export interface Next {
  key: number;
  source: string | null;
}

/** What a claim reads of its job. */
export const CLAIMED = `id, type, client, attempt, uncounted, max_attempts, metadata, checkpoint,
  session_id, progress_current, progress_total, undoing, timeout_ms`;

export interface ClaimedRow {
  id: string;
  type: string;
  client: string | null;
  attempt: number;
  uncounted: number;
  max_attempts: number;
  metadata: string | null;
  checkpoint: string | null;
  session_id: string | null;
  progress_current: number;
  progress_total: number;
  undoing: string | null;
  timeout_ms: number | null;
}

/** @param startedAt when it was claimed, in ms since 1970 UTC. */
export function toClaimed(row: ClaimedRow, startedAt: number): Claimed {
  return {
    id: row.id,
    attempt: row.attempt,
    type: row.type as Run['type'],
    tracked: false,
    client: row.client ?? undefined,
    startedAt,
    metadata: json(row.metadata) as Claimed['metadata'],
    checkpoint: json(row.checkpoint),
    sessionId: row.session_id ?? undefined,
    progress: { current: row.progress_current, total: row.progress_total },
    attemptsUsed: row.attempt - row.uncounted,
    maxAttempts: row.max_attempts,
    undoing: row.undoing ?? undefined,
    timeoutMs: row.timeout_ms ?? undefined,
    hasSteps: row.attempt > 1,
  };
}
