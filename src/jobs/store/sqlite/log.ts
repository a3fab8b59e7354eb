import type { Database } from 'bun:sqlite';
import type { LogPart } from '../../details.ts';
import { type LogChunk, logPart, MAX_LOG } from '../detail_rows.ts';
import { command, query } from './statements.ts';

const END = `SELECT position + bytes AS end FROM job_log WHERE job_id = ?
  ORDER BY position DESC LIMIT 1`;

/** Appends to the logs of jobs, inside the caller's transaction. */
export function createLogWriter(db: Database) {
  const last = query<{ end: number }>(db, END);
  const add = command(
    db,
    'INSERT INTO job_log (job_id, position, bytes, text) VALUES (?, ?, ?, ?)',
  );
  const drop = command(db, 'DELETE FROM job_log WHERE job_id = ? AND position < ?');
  return {
    /** @param text whole lines, each with its line break. */
    append(id: string, text: string): void {
      const position = last.get(id)?.end ?? 0;
      const bytes = Buffer.byteLength(text);
      add.run(id, position, bytes, text);
      if (position + bytes > MAX_LOG) drop.run(id, position + bytes - MAX_LOG);
    },
  };
}

export function createLogReader(db: Database) {
  const last = query<{ end: number }>(db, END);
  const chunksFrom = query<LogChunk>(
    db,
    `
    SELECT position, text FROM job_log
    WHERE job_id = ?1 AND position >= COALESCE(
      (SELECT MAX(position) FROM job_log WHERE job_id = ?1 AND position <= ?2), 0)
    ORDER BY position`,
  );
  const logEnd = (id: string) => last.get(id)?.end ?? 0;
  return {
    logEnd,
    readLog: (id: string, requested: number, limit: number): LogPart =>
      logPart(chunksFrom.iterate(id, requested), requested, limit, () => logEnd(id)),
  };
}
