import type { Database } from 'bun:sqlite';
import type { JobAttempt, JobDetailsStore, JobStep, LogPart, StepStatus } from './details.ts';
import type { Fence } from './store.ts';

/** A log keeps so many of its newest bytes. */
const LONGEST_LOG = 1024 * 1024;

const LINE_BREAK = 10;

/** SQL about logs, attempts and steps. Needs the tables of `migrations/`. */
export function createSqliteJobDetails(db: Database): JobDetailsStore {
  const isAtWork = db.query<{ found: 1 }, Params>(`
    SELECT 1 AS found FROM jobs
    WHERE id = $id AND attempt = $attempt AND status IN ('running', 'cancelling')`);

  const lastChunk = db.query<{ end: number }, [string]>(`
    SELECT position + bytes AS end FROM job_log WHERE job_id = ? ORDER BY position DESC LIMIT 1`);
  const addChunk = db.query<null, Params>(
    'INSERT INTO job_log (job_id, position, bytes, text) VALUES ($id, $position, $bytes, $text)',
  );
  const dropChunks = db.query<null, [string, number]>(
    'DELETE FROM job_log WHERE job_id = ? AND position < ?',
  );
  const chunksFrom = db.query<{ position: number; text: string }, [string, number]>(`
    SELECT position, text FROM job_log
    WHERE job_id = ?1 AND position >= COALESCE(
      (SELECT MAX(position) FROM job_log WHERE job_id = ?1 AND position <= ?2), 0)
    ORDER BY position`);

  const attempts = db.query<AttemptRow, [string]>(
    'SELECT * FROM job_attempts WHERE job_id = ? ORDER BY attempt',
  );

  const steps = db.query<StepRow, [string]>(
    'SELECT * FROM job_steps WHERE job_id = ? ORDER BY place',
  );
  const planStep = db.query<null, Params>(`
    INSERT INTO job_steps (job_id, name, place, status)
    VALUES ($id, $name, (SELECT COALESCE(MAX(place), 0) + 1 FROM job_steps WHERE job_id = $id), 'pending')
    ON CONFLICT DO NOTHING`);
  const setStep = db.query<null, Params>(`
    UPDATE job_steps SET status = $status, result = COALESCE($result, result), error = $error,
                         started_at = COALESCE($startedAt, started_at), ended_at = $endedAt
    WHERE job_id = $id AND name = $name`);
  const noteChange = db.query<null, Params>('INSERT INTO job_changes (job_id) VALUES ($id)');

  const undoing = db.query<{ undoing: string | null }, [string]>(
    'SELECT undoing FROM jobs WHERE id = ?',
  );
  const setUndoing = db.query<null, Params>('UPDATE jobs SET undoing = $reason WHERE id = $id');

  const end = (id: string) => lastChunk.get(id)?.end ?? 0;

  /** Runs `write` in one transaction, if the attempt is at work. */
  const held = db.transaction((fence: Fence, write: () => void): boolean => {
    if (!isAtWork.get({ id: fence.id, attempt: fence.attempt })) return false;
    write();
    return true;
  });

  const changeStep = (fence: Fence, name: string, change: Partial<StepChange>) =>
    held.immediate(fence, () => {
      const unchanged = { result: null, error: null, startedAt: null, endedAt: null };
      planStep.run({ id: fence.id, name });
      setStep.run({ ...unchanged, ...change, id: fence.id, name });
      noteChange.run({ id: fence.id });
    });

  function readLog(id: string, asked: number, limit: number): LogPart {
    const pieces: Buffer[] = [];
    let from: number | undefined;
    let dropped = 0;
    let size = 0;
    for (const { position, text } of chunksFrom.iterate(id, asked)) {
      const chunk = Buffer.from(text);
      const skipped = characterFrom(chunk, Math.max(0, asked - position));
      const rest = chunk.subarray(skipped);
      if (rest.length === 0) continue;
      const piece = wholeLines(rest, limit - size, from === undefined);
      if (from === undefined) {
        from = position + skipped;
        dropped = Math.max(0, position - asked);
      }
      pieces.push(piece);
      size += piece.length;
      if (piece.length < rest.length) break;
    }
    const start = from ?? Math.min(asked, end(id));
    return { from: start, text: Buffer.concat(pieces).toString(), position: start + size, dropped };
  }

  return {
    appendLog: (fence, text) =>
      held.immediate(fence, () => {
        const position = end(fence.id);
        const bytes = Buffer.byteLength(text);
        addChunk.run({ id: fence.id, position, bytes, text });
        dropChunks.run(fence.id, position + bytes - LONGEST_LOG);
      }),
    readLog,
    logEnd: end,
    attempts: (id) => attempts.all(id).map(toAttempt),
    steps: (id) => steps.all(id).map(toStep),
    planSteps: (fence, names) =>
      void held.immediate(fence, () => {
        for (const name of names) planStep.run({ id: fence.id, name });
      }),
    beginStep: (fence, name, now) => changeStep(fence, name, { status: 'running', startedAt: now }),
    completeStep: (fence, name, result, now) =>
      changeStep(fence, name, {
        status: 'completed',
        result: JSON.stringify(result ?? null),
        endedAt: now,
      }),
    failStep: (fence, name, error, now) =>
      changeStep(fence, name, { status: 'failed', error, endedAt: now }),
    compensateStep: (fence, name, now) =>
      changeStep(fence, name, { status: 'compensated', endedAt: now }),
    undoing: (id) => undoing.get(id)?.undoing ?? undefined,
    beginUndoing: (fence, reason) =>
      held.immediate(fence, () => void setUndoing.run({ id: fence.id, reason })),
  };
}

/** The first character that begins at `at` or after it. */
function characterFrom(bytes: Buffer, at: number): number {
  let start = at;
  while (isContinuation(bytes[start])) start++;
  return start;
}

/** At most `limit` bytes up to a line break; a part of a line where that is more and `mayCut`. */
function wholeLines(bytes: Buffer, limit: number, mayCut: boolean): Buffer {
  if (bytes.length <= limit) return bytes;
  const lineEnd = limit > 0 ? bytes.lastIndexOf(LINE_BREAK, limit - 1) + 1 : 0;
  if (lineEnd > 0 || !mayCut) return bytes.subarray(0, lineEnd);
  let cut = limit;
  while (isContinuation(bytes[cut])) cut--;
  return bytes.subarray(0, cut);
}

/** In UTF-8, what is not a character's first byte. */
function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

type Params = Record<string, string | number | null>;

interface StepChange {
  status: StepStatus;
  result: string | null;
  error: string | null;
  startedAt: number | null;
  endedAt: number | null;
}

interface AttemptRow {
  attempt: number;
  started_at: number;
  ended_at: number | null;
  outcome: JobAttempt['outcome'] | null;
  error: string | null;
}

interface StepRow {
  name: string;
  status: StepStatus;
  result: string | null;
  error: string | null;
  started_at: number | null;
  ended_at: number | null;
}

function toAttempt({ attempt, started_at, ended_at, outcome, error }: AttemptRow): JobAttempt {
  return {
    attempt,
    startedAt: new Date(started_at),
    ...(ended_at !== null && { endedAt: new Date(ended_at) }),
    ...(outcome !== null && { outcome }),
    ...(error !== null && { error }),
  };
}

function toStep({ name, status, result, error, started_at, ended_at }: StepRow): JobStep {
  return {
    name,
    status,
    ...(result !== null && { result: JSON.parse(result) as unknown }),
    ...(error !== null && { error }),
    ...(started_at !== null && { startedAt: new Date(started_at) }),
    ...(ended_at !== null && { endedAt: new Date(ended_at) }),
  };
}
