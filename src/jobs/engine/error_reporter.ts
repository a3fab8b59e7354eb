import type { DatabaseIssue } from '../../platform/database_issue.ts';
import type { Logger } from '../../platform/logger.ts';

/** Knows whether the database can be written to, and tells people when it cannot. */
export interface DatabaseWatch {
  /** Why nothing may be written now although SQLite would accept it. Asked before every transaction. */
  obstacle(): DatabaseIssue | undefined;
  /** Learns of an error; returns the issue when the watch reports that one itself. */
  noticed(error: unknown): Pick<DatabaseIssue, 'title' | 'advice'> | undefined;
  /** Learns why nothing is handed out; undefined: it is, again. */
  handsOut?(error: unknown): void;
}

/**
 * Logs the errors of tasks that are retried every second: once for each cause, and once when the
 * task works again. The same line every second would bury the others.
 */
export class ErrorReporter {
  /** Whom errors of the database are passed to. What it reports itself is not logged here. */
  watch: DatabaseWatch | undefined;
  readonly #causes = new Map<string, string>();

  constructor(private readonly logger: Logger) {}

  /** Runs a task and reports what it throws as "`failure`; trying again." True when it succeeded. */
  async attempt(failure: string, task: () => Promise<unknown> | unknown): Promise<boolean> {
    try {
      await task();
    } catch (error) {
      this.report(failure, error);
      return false;
    }
    this.recovered(failure);
    return true;
  }

  report(failure: string, error: unknown): void {
    if (this.watch?.noticed(error)) return;
    const cause = causeOf(error);
    if (this.#causes.get(failure) === cause) return;
    this.#causes.set(failure, cause);
    this.logger.error(`${failure}; trying again.`, { error });
  }

  /** Warns of an error after which nothing is tried again. */
  warn(message: string, error: unknown): void {
    if (!this.watch?.noticed(error)) this.logger.warn(message, { error });
  }

  /** The task has succeeded; logged when its failure was. */
  recovered(failure: string): void {
    if (this.#causes.delete(failure)) this.logger.info(`${failure}: recovered.`);
  }
}

function causeOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return String(code ?? message ?? error);
}
