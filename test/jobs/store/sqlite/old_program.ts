import type { Database } from 'bun:sqlite';
import { newOwner } from '../../../../src/jobs/engine/owner.ts';
import type { JobStatus } from '../../../../src/jobs/index.ts';

const START = Date.UTC(2026, 0, 1);

const MINUTE = 60_000;

const INTERRUPTED = 'Interrupted: the process that ran it ended.';

/** What that program did to jobs, in its own statements; each takes one minute. */
export class OldProgram {
  now = START - 1_000 * MINUTE;
  readonly #owner: string;

  constructor(
    readonly db: Database,
    pid: number,
  ) {
    this.#owner = newOwner().replace(`:${process.pid}:`, `:${pid}:`);
  }

  enqueue(id: string, more: Partial<OldRow> = {}): string {
    this.#add({ id, type: 'errand', status: 'queued', max_attempts: 3, ...more });
    return id;
  }

  track(id: string, more: Partial<OldRow> = {}): string {
    const owner = this.#owner;
    const at = this.now + MINUTE;
    this.#add({
      ...{ id, type: 'scrape', status: 'running', tracked: 1, attempt: 1, max_attempts: 1 },
      ...{ owner, lease_until: at + 30_000, started_at: at, ...more },
    });
    return id;
  }

  claim(id: string): void {
    this.#set(
      id,
      `status = 'running', attempt = attempt + 1, advanced = 0, retry_at = NULL,
      owner = '${this.#owner}', lease_until = $now + 30000, started_at = $now`,
    );
  }

  progress(id: string, current: number, total: number, message: string): void {
    this.#set(
      id,
      `progress_current = ${current}, progress_total = ${total},
      progress_message = '${message}', progress_stage = 'reading'`,
    );
  }

  commit(id: string, checkpoint: object): void {
    this.#set(id, `advanced = 1, checkpoint = '${JSON.stringify(checkpoint)}'`);
  }

  complete(id: string, result: object): void {
    this.#end(id, 'completed', `result = '${JSON.stringify(result)}', error_message = NULL`);
  }

  fail(id: string, reason: string): void {
    const errors = `errors = json_insert(errors, '$[#]', '${reason}')`;
    this.#end(id, 'failed', `error_message = '${reason}', ${errors}`);
  }

  retryAt(id: string, reason: string, at: number): void {
    this.#set(
      id,
      `status = 'retrying', retry_at = ${at}, error_message = '${reason}',
      errors = json_insert(errors, '$[#]', '${reason}'), max_attempts = max_attempts + advanced,
      owner = NULL, lease_until = NULL`,
    );
  }

  release(id: string): void {
    this.#set(
      id,
      `status = 'queued', max_attempts = max_attempts + 1, owner = NULL,
      lease_until = NULL`,
    );
  }

  interrupt(id: string): void {
    this.#set(
      id,
      `status = 'queued', max_attempts = max_attempts + 1,
      interruptions = interruptions + 1, errors = json_insert(errors, '$[#]', '${INTERRUPTED}'),
      owner = NULL, lease_until = NULL`,
    );
  }

  cancel(id: string): void {
    this.#end(id, 'cancelled', 'retry_at = NULL');
  }

  askToStop(id: string): void {
    this.#set(id, "status = 'cancelling'");
  }

  retryByHand(id: string): void {
    this.#set(
      id,
      `turn = (SELECT MAX(turn) + 1 FROM jobs), max_attempts = attempt + 3,
      status = 'queued', result = NULL, error_message = NULL, completed_at = NULL,
      interruptions = 0, dismissed_at = NULL, progress_message = '', progress_stage = NULL,
      progress_current = 0, progress_total = 0`,
    );
  }

  dismiss(id: string): void {
    this.#set(id, 'dismissed_at = $now');
  }

  step(id: string, name: string, place: number, status: string): void {
    this.db.run(
      `INSERT INTO job_steps (job_id, name, place, status, result, started_at, ended_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      [
        ...[id, name, place, status],
        ...(status === 'completed' ? ['{"pages":3}', this.now, this.now + 5] : [null, null, null]),
      ],
    );
  }

  log(id: string, ...lines: string[]): void {
    let position = 0;
    for (const line of lines) {
      const text = `${line}\n`;
      const bytes = Buffer.byteLength(text);
      this.db.run('INSERT INTO job_log VALUES (?, ?, ?, ?)', [id, position, bytes, text]);
      position += bytes;
    }
  }

  #add(row: Partial<OldRow>): void {
    this.now += MINUTE;
    const whole = {
      metadata: '{"name":"Ada"}',
      created_at: this.now,
      updated_at: this.now,
      ...row,
    };
    const names = Object.keys(whole);
    this.db.run(
      `INSERT INTO jobs (turn, ${names.join(', ')})
       VALUES ((SELECT COALESCE(MAX(turn), 0) + 1 FROM jobs), ${names.map(() => '?').join(', ')})`,
      Object.values(whole),
    );
  }

  #end(id: string, status: JobStatus, what: string): void {
    this.#set(
      id,
      `status = '${status}', ${what}, owner = NULL, lease_until = NULL,
      completed_at = $now`,
    );
  }

  #set(id: string, what: string): void {
    this.now += MINUTE;
    const { changes } = this.db
      .query(`UPDATE jobs SET ${what}, updated_at = $now WHERE id = $id`)
      .run({ id, now: this.now });
    if (changes === 0) throw new Error(`There is no ${id}.`);
  }
}

export interface OldRow {
  id: string;
  type: string;
  status: JobStatus;
  tracked: number;
  turn: number;
  progress_current: number;
  progress_total: number;
  progress_message: string;
  progress_stage: string | null;
  metadata: string | null;
  result: string | null;
  error_message: string | null;
  errors: string;
  attempt: number;
  max_attempts: number;
  owner: string | null;
  lease_until: number | null;
  retry_at: number | null;
  session_id: string | null;
  parent_id: string | null;
  client: string | null;
  created_at: number;
  started_at: number | null;
  updated_at: number;
  completed_at: number | null;
  dismissed_at: number | null;
}

export interface OldAttempt {
  job_id: string;
  attempt: number;
  started_at: number;
  ended_at: number | null;
  outcome: string | null;
  error: string | null;
}

/** Jobs in every status, with everything a job can have. */
export function fill(db: Database, pid: number): void {
  const old = new OldProgram(db, pid);
  const night = { session_id: 'night' };

  old.claim(old.enqueue('errand-done', { ...night, client: 'ada' }));
  old.progress('errand-done', 20, 20, 'All read.');
  old.log('errand-done', 'Read page 1.', 'Read page 2: naïve, 🎉.');
  for (const [place, name] of ['scrape', 'embed'].entries())
    old.step('errand-done', name, place + 1, 'completed');
  old.complete('errand-done', { posts: 20 });

  // Failed twice, was resumed after a stop and a crash, and completed.
  old.claim(old.enqueue('errand-tried', night));
  old.retryAt('errand-tried', 'The source was busy.', old.now + MINUTE);
  old.claim('errand-tried');
  old.commit('errand-tried', { page: 2 });
  old.retryAt('errand-tried', 'The source was busy again.', old.now + MINUTE);
  old.claim('errand-tried');
  old.release('errand-tried');
  old.claim('errand-tried');
  old.interrupt('errand-tried');
  old.claim('errand-tried');
  old.complete('errand-tried', { posts: 3 });

  old.claim(old.enqueue('errand-permanent'));
  old.fail('errand-permanent', 'No such user.');

  old.enqueue('errand-exhausted', { metadata: null });
  for (let attempt = 1; attempt <= 3; attempt++) {
    old.claim('errand-exhausted');
    if (attempt < 3) old.retryAt('errand-exhausted', `Broken ${attempt}.`, old.now + MINUTE);
  }
  old.step('errand-exhausted', 'scrape', 1, 'running');
  old.step('errand-exhausted', 'embed', 2, 'pending');
  old.fail('errand-exhausted', 'Broken 3.');

  old.track('scrape-interrupted');
  old.fail('scrape-interrupted', INTERRUPTED);
  old.dismiss('scrape-interrupted');

  old.claim(old.enqueue('errand-cancelled'));
  old.askToStop('errand-cancelled');
  old.cancel('errand-cancelled');
  old.cancel(old.enqueue('errand-never', { client: 'ada' }));

  // A parent and its children, of which one failed and is retried by hand.
  old.claim(old.enqueue('errand-parent', night));
  old.claim(old.enqueue('errand-child-1', { ...night, parent_id: 'errand-parent' }));
  old.complete('errand-child-1', {});
  old.claim(old.enqueue('errand-child-2', { ...night, parent_id: 'errand-parent' }));
  old.fail('errand-child-2', 'Not today.');

  old.enqueue('errand-first', { client: 'ada' });
  old.claim(old.enqueue('errand-due'));
  old.commit('errand-due', { page: 7 });
  old.retryAt('errand-due', 'Later.', old.now + MINUTE);
  old.enqueue('errand-second', { client: 'bob', ...night });
  old.claim(old.enqueue('errand-later'));
  old.retryAt('errand-later', 'Much later.', START + 600 * MINUTE);
  // Created before the others, and last in the queue now.
  old.retryByHand('errand-child-2');

  old.track('scrape-running');
  old.progress('scrape-running', 3, 9, 'Reading');
  old.claim(old.enqueue('errand-cancelling'));
  old.askToStop('errand-cancelling');
}
