import type { Clock } from './clock.ts';
import { ClockWatch, type Notice } from './clock_watch.ts';
import { type DatabaseIssue, databaseIssueOf, REPLICA_DAMAGED } from './database_issue.ts';
import type { DatabaseProbe } from './database_probe.ts';
import type { Logger } from './logger.ts';
import type { ProcessRegistry } from './process_registry.ts';
import { QUEUE_AWAY, QueueWatch } from './queue_watch.ts';
import { StorageFailed, type StorageIssue } from './storage_issue.ts';
import { StorageWatch } from './storage_watch.ts';

/** How often the database is checked while it works, and while it does not, in ms. */
const CHECK_MS = { healthy: 5_000, failing: 1_000 };

/** Issues that stay until the process ends. */
const DAMAGED = new Set(['database_damaged', REPLICA_DAMAGED.code]);

export interface HealthOptions {
  database: DatabaseProbe;
  /** The folder of uploaded files. */
  importsDir?: string;
  /** Called when the replica was found damaged. */
  onDamagedReplica?: () => void;
  clock: Clock;
  logger: Logger;
}

/** Whether the database can be written to. A check is this process's heartbeat in the registry. */
export class Health {
  readonly processes: ProcessRegistry;
  readonly #clockWatch: ClockWatch;
  readonly #storageWatch: StorageWatch;
  readonly #queueWatch: QueueWatch;
  readonly #listeners = new Set<() => void>();
  #issue: (DatabaseIssue & { since: Date }) | undefined;
  #cancelNextCheck = () => {};
  #isStopped = true;

  constructor(private readonly options: HealthOptions) {
    const { database, importsDir, clock } = options;
    this.processes = database.processes;
    this.#clockWatch = new ClockWatch(clock);
    this.#storageWatch = new StorageWatch(importsDir, clock);
    this.#queueWatch = new QueueWatch(clock);
  }

  /** What keeps the database from being written to, and since when. */
  get issue(): (DatabaseIssue & { since: Date }) | undefined {
    return this.#issue;
  }

  /** Whether nothing can be stored: for monitoring. */
  get isFailing(): boolean {
    return this.#issue !== undefined || this.#storageWatch.isDiskFull;
  }

  /** Everything that people should know: the issue, files that cannot be stored, a queue server that is away, a clock that was set. */
  get notices(): Notice[] {
    const storage = this.#storageWatch.notice;
    // The database may have found the same.
    const isSame = storage?.code === this.#issue?.code;
    const others = [this.#queueWatch.notice, this.#clockWatch.notice];
    const all = [this.#issue, isSame ? undefined : storage, ...others];
    return all.filter((notice) => notice !== undefined);
  }

  /** Calls `listener` whenever the notices change. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Checks now, and repeatedly until `stop`. */
  async start(): Promise<void> {
    this.#isStopped = false;
    this.#cancelNextCheck();
    await this.check();
    this.#scheduleCheck();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelNextCheck();
    await this.processes.remove();
  }

  #scheduleCheck(): void {
    this.#cancelNextCheck();
    if (this.#isStopped) return;
    const ms = this.#issue ? CHECK_MS.failing : CHECK_MS.healthy;
    this.#cancelNextCheck = this.options.clock.after(ms, () => void this.start());
  }

  /** Checks now whether the database can be written to, and whether the clock was set. */
  async check(): Promise<void> {
    this.#checkClock();
    this.#recovered(this.#storageWatch.check());
    try {
      const before = this.#issue;
      if (!this.#obstacle()) await this.processes.heartbeat();
      // An issue reported meanwhile is newer than the result of the check.
      if (this.#issue === before) this.#setIssue(this.#obstacle());
    } catch (error) {
      const issue = this.#issueOf(error);
      if (!issue) throw error;
      this.#setIssue(issue);
    }
  }

  /**
   * Records the issue with the database or the disk that caused an error.
   * @returns undefined when the error has another cause.
   */
  noticed(error: unknown): DatabaseIssue | StorageIssue | undefined {
    if (error instanceof StorageFailed) return this.#noticedStorage(error);
    const issue = this.#issueOf(error);
    if (!issue) return undefined;
    this.#setIssue(issue);
    // Not at once: the heartbeat may succeed where a larger write did not.
    this.#scheduleCheck();
    return issue;
  }

  /** A file that was replaced is why it cannot be read, or seems damaged. */
  #issueOf(error: unknown): DatabaseIssue | undefined {
    const issue = databaseIssueOf(error);
    return issue && (this.#obstacle() ?? issue);
  }

  /**
   * Why nothing may be written although a write would succeed: the database cannot be found by the next
   * start, a newer version has changed it, or it is damaged.
   */
  obstacle(): DatabaseIssue | undefined {
    const obstacle = this.#obstacle();
    if (obstacle) this.#setIssue(obstacle);
    return obstacle;
  }

  #obstacle(): DatabaseIssue | undefined {
    const issue = this.options.database.obstacle();
    if (issue) return issue;
    // What is damaged stays damaged, although a write elsewhere succeeds.
    if (this.#issue && DAMAGED.has(this.#issue.code)) return this.#issue;
    return undefined;
  }

  #setIssue(issue: DatabaseIssue | undefined): void {
    const { logger, clock } = this.options;
    const before = this.#issue;
    if (before?.code === issue?.code) return;
    this.#issue = issue && { ...issue, since: new Date(clock.now()) };
    if (issue?.code === REPLICA_DAMAGED.code) this.options.onDamagedReplica?.();
    if (issue) this.#logIssue(issue);
    else logger.info(`Recovered: ${before?.recovered}.`);
    this.#notify();
  }

  #noticedStorage(error: StorageFailed): StorageIssue {
    const { issue } = error;
    if (this.#storageWatch.noticed(error)) {
      this.#logIssue(issue);
      this.#notify();
    }
    return issue;
  }

  /** Learns why the queue server hands out no jobs; undefined: it does, again. */
  handsOut(error: unknown): void {
    const before = this.#queueWatch.notice;
    if (!this.#queueWatch.noticed(error)) return;
    const { logger } = this.options;
    if (before) logger.info('Recovered: the queue server can be reached again.');
    else
      logger.warn(`${QUEUE_AWAY.title} ${QUEUE_AWAY.advice}`, {
        code: QUEUE_AWAY.code,
        reason: (error as Error).message,
      });
    this.#notify();
  }

  /** To be called when a file was added to the imports folder or removed from it. */
  changedImports(how: 'added' | 'removed'): void {
    this.#recovered(this.#storageWatch.changed(how));
  }

  #recovered(gone: StorageIssue | undefined): void {
    if (!gone) return;
    this.options.logger.info(`Recovered: ${gone.recovered}.`);
    this.#notify();
  }

  #logIssue({ title, advice, code }: StorageIssue): void {
    this.options.logger.error(`${title} ${advice}`, { code });
  }

  #checkClock(): void {
    const change = this.#clockWatch.check();
    if (!change) return;
    this.options.logger.warn(`${change.title} ${change.advice}`);
    this.#notify();
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}
