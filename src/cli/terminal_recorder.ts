import type { Database } from 'bun:sqlite';
import { createAuditRecorder, jobTracker, type RecordChange } from '../jobs/index.ts';
import { userName } from '../platform/user_name.ts';
import { isReplica } from '../platform/writer.ts';

/** Records changes by the user of the machine, for commands that need no tracker. */
export function terminalRecorder(db: Database): RecordChange {
  const actor = { via: 'terminal', user: userName() } as const;
  return isReplica(db) ? jobTracker.audit.recorder(actor) : createAuditRecorder(db, actor);
}
