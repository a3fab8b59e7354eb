import type { Database } from 'bun:sqlite';
import type { LogPart } from '../../details.ts';
import { MAX_LOG } from '../log_size.ts';
import { command, query } from './statements.ts';

const LINE_BREAK = 10;

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
  const chunksFrom = query<{ position: number; text: string }>(
    db,
    `
    SELECT position, text FROM job_log
    WHERE job_id = ?1 AND position >= COALESCE(
      (SELECT MAX(position) FROM job_log WHERE job_id = ?1 AND position <= ?2), 0)
    ORDER BY position`,
  );
  const logEnd = (id: string) => last.get(id)?.end ?? 0;

  function readLog(id: string, requested: number, limit: number): LogPart {
    const pieces: Buffer[] = [];
    let from: number | undefined;
    let dropped = 0;
    let size = 0;
    for (const { position, text } of chunksFrom.iterate(id, requested)) {
      const chunk = Buffer.from(text);
      const skipped = characterFrom(chunk, Math.max(0, requested - position));
      const rest = chunk.subarray(skipped);
      if (rest.length === 0) continue;
      const piece = wholeLines(rest, limit - size, from === undefined);
      if (from === undefined) {
        from = position + skipped;
        dropped = Math.max(0, position - requested);
      }
      pieces.push(piece);
      size += piece.length;
      if (piece.length < rest.length) break;
    }
    const start = from ?? Math.min(requested, logEnd(id));
    return { from: start, text: Buffer.concat(pieces).toString(), position: start + size, dropped };
  }

  return { readLog, logEnd };
}

/** The first character that begins at `at` or after it. */
function characterFrom(bytes: Buffer, at: number): number {
  let start = at;
  while (isContinuation(bytes[start])) start++;
  return start;
}

/** At most `limit` bytes up to a line break; part of a line when the first is longer and `mayCut`. */
function wholeLines(bytes: Buffer, limit: number, mayCut: boolean): Buffer {
  if (bytes.length <= limit) return bytes;
  const lineEnd = limit > 0 ? bytes.lastIndexOf(LINE_BREAK, limit - 1) + 1 : 0;
  if (lineEnd > 0 || !mayCut) return bytes.subarray(0, lineEnd);
  let cut = limit;
  while (isContinuation(bytes[cut])) cut--;
  return bytes.subarray(0, cut);
}

/** Whether it is a byte of UTF-8 that does not begin a character. */
function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
