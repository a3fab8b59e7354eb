import type { Database } from 'bun:sqlite';
import { statSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Clock } from '../jobs/index.ts';
import { isNewer } from './database.ts';
import { gone, newer, Obstructed, type Trouble, troubleOf } from './database_issue.ts';
import type { Logger } from './logger.ts';
import { isAlive } from './process_ids.ts';
import { type Writer, writerOf } from './writer.ts';

/** How often the database is written to as a trial while all is well, and while it is not, in ms. */
const TRIAL_MS = { well: 5_000, unwell: 1_000 };

/** A process that has not been seen for so long is forgotten, in ms. */
const FORGET_MS = 3_600_000;

/** Clocks are corrected by less all the time, in ms. */
const CLOCK_JUMP_MS = 60_000;

/** How long it is told that the clock was set, in ms. */
const TOLD_MS = 300_000;

export type ProcessKind = 'server' | 'worker' | 'command';

export interface ProcessSeen {
  kind: ProcessKind;
  pid: number;
  host: string;
  startedAt: Date;
  seenAt: Date;
}

/** What a person should know. */
type Notice = Omit<Trouble, 'remedy'> & { since: Date };

export interface VitalsOptions {
  db: Database;
  /** The database's file; undefined for one in memory. */
  path?: string;
  kind: ProcessKind;
  clock: Clock;
  logger: Logger;
}

/**
 * Whether the program can do its work. It writes a line to the database now and then, because a
 * disk that is full or a database that is locked shows itself in no other way.
 */
export class Vitals {
  #db: Database;
  #writer: Writer;
  #file: { path: string; inode: number } | undefined;
  #options: VitalsOptions;
  #id = Bun.randomUUIDv7();
  #startedAt: number;
  #trouble: (Trouble & { since: Date }) | undefined;
  #clockSet: (Notice & { until: number }) | undefined;
  #lastTime: { now: number; elapsed: number };
  #cancel = () => {};
  #isStopped = true;
  #listeners = new Set<() => void>();

  constructor(options: VitalsOptions) {
    const { db, path, clock } = options;
    this.#db = db;
    this.#writer = writerOf(db);
    this.#writer.join('vitals', {
      // Only somebody else's commit can have made it so.
      begun: (isNews) => {
        if (isNews && isNewer(db)) throw new Obstructed(newer());
      },
      committing() {},
      committed() {},
      rolledBack() {},
    });
    this.#options = options;
    if (path !== undefined) this.#file = { path, inode: statSync(path).ino };
    this.#startedAt = clock.now();
    this.#lastTime = { now: clock.now(), elapsed: clock.elapsed() };
  }

  /** What stands in the way of writing, and since when. */
  get trouble(): (Trouble & { since: Date }) | undefined {
    return this.#trouble;
  }

  /** Everything that a person should know: what stands in the way, and that the clock was set. */
  get notices(): Notice[] {
    const clockSet = this.#clockSet;
    const isRecent = clockSet && this.#options.clock.elapsed() < clockSet.until;
    return [...(this.#trouble ? [this.#trouble] : []), ...(isRecent ? [clockSet] : [])];
  }

  /** Calls `listener` whenever there is something else to be said. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Looks now, and again and again until `stop`. */
  async start(): Promise<void> {
    this.#isStopped = false;
    this.#cancel();
    await this.check();
    this.#lookAgain();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    const forget = () => void this.#db.run('DELETE FROM processes WHERE id = ?', [this.#id]);
    // The line goes with time.
    await this.#writer.write(forget).catch(() => {});
  }

  #lookAgain(): void {
    this.#cancel();
    if (this.#isStopped) return;
    const ms = this.#trouble ? TRIAL_MS.unwell : TRIAL_MS.well;
    this.#cancel = this.#options.clock.after(ms, () => void this.start());
  }

  /** Looks now whether the database can be written to. */
  async check(): Promise<void> {
    this.#lookAtClock();
    try {
      const before = this.#trouble;
      if (!this.#obstacle()) await this.#tryToWrite();
      // What was noticed meanwhile is newer than what the trial tells.
      if (this.#trouble === before) this.#become(this.#obstacle());
    } catch (error) {
      const trouble = troubleOf(error);
      if (!trouble) throw error;
      this.#become(trouble);
    }
  }

  /** Somebody met this error: whatever it tells counts from now on. */
  noticed(error: unknown): Trouble | undefined {
    const trouble = troubleOf(error);
    if (!trouble) return undefined;
    this.#become(trouble);
    // Not at once: a trial may succeed where a larger write did not.
    this.#lookAgain();
    return trouble;
  }

  /**
   * What makes writing pointless although it would succeed: it would go to a file that nobody
   * finds again, or into tables that mean something else now.
   */
  obstacle(): Trouble | undefined {
    const obstacle = this.#obstacle();
    if (obstacle) this.#become(obstacle);
    return obstacle;
  }

  /** Those that wrote to this database lately, this one among them. */
  processes(): ProcessSeen[] {
    return this.#db
      .query<
        { kind: ProcessKind; pid: number; host: string; started_at: number; seen_at: number },
        []
      >('SELECT kind, pid, host, started_at, seen_at FROM processes ORDER BY started_at')
      .all()
      .filter(({ host, pid }) => host !== hostname() || isAlive(pid))
      .map(({ kind, pid, host, started_at, seen_at }) => ({
        kind,
        pid,
        host,
        startedAt: new Date(started_at),
        seenAt: new Date(seen_at),
      }));
  }

  #obstacle(): Trouble | undefined {
    if (this.#file && inodeOf(this.#file.path) !== this.#file.inode) return gone();
    // What is damaged stays so, although a write elsewhere in the file succeeds.
    if (this.#trouble?.code === 'database_damaged') return this.#trouble;
    return undefined;
  }

  async #tryToWrite(): Promise<void> {
    const { kind, clock } = this.#options;
    const now = clock.now();
    await this.#writer.write(() => {
      this.#db
        .query(
          `INSERT INTO processes (id, kind, pid, host, started_at, seen_at) VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at`,
        )
        .run(this.#id, kind, process.pid, hostname(), this.#startedAt, now);
      this.#db.query('DELETE FROM processes WHERE seen_at < ?').run(now - FORGET_MS);
    });
  }

  #become(trouble: Trouble | undefined): void {
    const { logger, clock } = this.#options;
    const before = this.#trouble;
    if (before?.code === trouble?.code) return;
    this.#trouble = trouble && { ...trouble, since: new Date(clock.now()) };
    if (trouble) logger.error(`${trouble.title} ${trouble.advice}`, { code: trouble.code });
    else logger.info(`All is well again. ${before?.title ?? ''} That is over.`);
    for (const listener of this.#listeners) listener();
  }

  #lookAtClock(): void {
    const { clock, logger } = this.#options;
    const last = this.#lastTime;
    this.#lastTime = { now: clock.now(), elapsed: clock.elapsed() };
    const jump = this.#lastTime.now - last.now - (this.#lastTime.elapsed - last.elapsed);
    if (Math.abs(jump) < CLOCK_JUMP_MS) return;
    const title = `The machine’s clock was set ${jump > 0 ? 'forward' : 'back'} by ${Math.round(Math.abs(jump) / 60_000)} minutes.`;
    const advice = 'Jobs go on as before. Times shown of what happened earlier may look wrong.';
    this.#clockSet = {
      code: 'clock_set',
      title,
      advice,
      since: new Date(clock.now()),
      until: clock.elapsed() + TOLD_MS,
    };
    logger.warn(`${title} ${advice}`);
    for (const listener of this.#listeners) listener();
  }
}

/** Nothing also when it cannot be looked at: no other start would find it either. */
function inodeOf(path: string): number | undefined {
  try {
    return statSync(path).ino;
  } catch {
    return undefined;
  }
}
