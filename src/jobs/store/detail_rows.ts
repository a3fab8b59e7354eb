import type { JobAttempt, JobStep, LogPart, StepStatus } from '../details.ts';
import { boundedError } from '../engine/tidying.ts';
import { isWaiting, type JobStatus } from '../lifecycle.ts';
import type { JobRow } from './rows.ts';
import type { StepChange } from './store.ts';

/** How much of a log is kept, in bytes: its newest lines. */
export const MAX_LOG = 1024 * 1024;

/** The columns of `AttemptRow`. */
export const ATTEMPT = 'attempt, started_at, ended_at, outcome, error';

export interface AttemptRow {
  attempt: number;
  started_at: number;
  ended_at: number | null;
  outcome: JobAttempt['outcome'] | null;
  error: string | null;
}

/**
 * All attempts, oldest first.
 * @param rows those before the last one.
 * @param job from which the last one follows.
 */
export function toAttempts(rows: readonly AttemptRow[], job: JobRow | null): JobAttempt[] {
  const attempts = rows.map(toAttempt);
  if (!job || job.attempt === 0 || isWaiting(job.status)) return attempts;
  const known = attempts.find(({ attempt }) => attempt === job.attempt);
  if (known?.endedAt) return attempts;
  return [...attempts.filter((attempt) => attempt !== known), lastAttempt(job)];
}

function toAttempt({ attempt, started_at, ended_at, outcome, error }: AttemptRow): JobAttempt {
  return {
    attempt,
    startedAt: new Date(started_at),
    ...(ended_at !== null && {
      endedAt: new Date(ended_at),
      outcome: outcome ?? ('postponed' as const),
    }),
    ...(error !== null && { error }),
  };
}

function lastAttempt(row: JobRow): JobAttempt {
  const { attempt, started_at, created_at, completed_at, error_message: error } = row;
  const started = { attempt, startedAt: new Date(started_at ?? created_at) };
  if (completed_at === null) return started;
  const outcome = row.status as JobStatus & JobAttempt['outcome'];
  return { ...started, endedAt: new Date(completed_at), outcome, ...(error !== null && { error }) };
}

/** The values of a step that is changed: status, result, error, start and end; null: no value. */
export function stepValues(
  change: StepChange,
  now: number,
): [
  status: string,
  result: string | null,
  error: string | null,
  startedAt: number | null,
  endedAt: number | null,
] {
  const { status } = change;
  const result = status === 'completed' ? JSON.stringify(change.result ?? null) : null;
  const error = status === 'failed' ? boundedError(change.error) : null;
  const isBegun = status === 'running';
  const isEnded = !isBegun && status !== 'pending';
  return [status, result, error, isBegun ? now : null, isEnded ? now : null];
}

export interface StepRow {
  name: string;
  status: StepStatus;
  result: string | null;
  error: string | null;
  started_at: number | null;
  ended_at: number | null;
}

export function toStep({ name, status, result, error, started_at, ended_at }: StepRow): JobStep {
  return {
    name,
    status,
    ...(result !== null && { result: JSON.parse(result) as unknown }),
    ...(error !== null && { error }),
    ...(started_at !== null && { startedAt: new Date(started_at) }),
    ...(ended_at !== null && { endedAt: new Date(ended_at) }),
  };
}

/** A piece of a log, with the position of its first byte. */
export interface LogChunk {
  position: number;
  text: string;
}

const LINE_BREAK = 10;

/**
 * At most `limit` bytes of a log; see `JobReader.readLog`.
 * @param chunks from the one with the byte `requested` on, or from the first that is kept. Those that
 * are not needed are not asked for.
 * @param end gives the position after the last byte of the log.
 */
export function logPart(
  chunks: Iterable<LogChunk>,
  requested: number,
  limit: number,
  end: () => number,
): LogPart {
  const pieces: Buffer[] = [];
  let from: number | undefined;
  let dropped = 0;
  let size = 0;
  for (const { position, text } of chunks) {
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
  const start = from ?? Math.min(requested, end());
  return { from: start, text: Buffer.concat(pieces).toString(), position: start + size, dropped };
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
