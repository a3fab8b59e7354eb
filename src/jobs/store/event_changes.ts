import type { EventPlace, JobEvent } from '../job_events.ts';
import type { JobRow } from './rows.ts';
import { EVERYTHING } from './transaction_changes.ts';

/** Below every key: those of jobs that were moved to the front of their queue fall. */
export const BEFORE_ALL_KEYS = -(10 ** 15 - 1);

/** What a row of the change log tells of jobs, as JSON. */
export interface ListedChanges {
  seq: number;
  jobs: string | null;
  removed: string | null;
}

/** A job that changed, and where the log lists that for the last time. */
interface Pending {
  id: string;
  seq: number;
  index: number;
}

type Removed = [id: string, type: string, session: string | null];

export interface Changes {
  /** By id, in the order of their last mention. */
  pending: Map<string, Pending>;
  removed: Map<string, Removed>;
}

/** Adds what a row lists, from its `first` entry on; a later mention takes the place of an earlier. */
export function addListed({ pending, removed }: Changes, row: ListedChanges, first: number): void {
  const gone = JSON.parse(row.removed ?? '[]') as Removed[];
  for (const each of gone) removed.set(each[0], each);
  const changed = (JSON.parse(row.jobs ?? '[]') as string[]).filter((id) => id !== EVERYTHING);
  const ids = [...changed, ...gone.map(([id]) => id)];
  for (const [index, id] of ids.entries()) {
    if (index < first) continue;
    pending.delete(id);
    pending.set(id, { id, seq: row.seq, index });
  }
}

/** While the active jobs are being read, those that come later are not read before. */
export function isReadLater(row: JobRow, { key }: EventPlace): boolean {
  return key !== undefined && row.key > key && row.completed_at === null;
}

export function deleted(id: string, removed: Removed | undefined, after: EventPlace): JobEvent {
  const [, type, session = null] = removed ?? [];
  return {
    kind: 'deleted',
    id,
    ...(type !== undefined && { type }),
    ...(session !== null && { sessionId: session }),
    after,
  };
}
