import type { Database } from 'bun:sqlite';
import { createAuditRecorder, type RecordChange } from '../jobs/index.ts';
import { userName } from '../platform/user_name.ts';

/** Records changes by the user of the machine, for commands that need no tracker. */
export function terminalRecorder(db: Database): RecordChange {
  return createAuditRecorder(db, { via: 'terminal', user: userName() });
}
