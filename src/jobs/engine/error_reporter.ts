import type { DatabaseIssue } from '../../platform/database_issue.ts';
import type { Logger } from '../../platform/logger.ts';

/** Knows whether the database can be written to, and tells people when it cannot. */
export interface DatabaseWatch {
  /** Why nothing may be written now although it would succeed. Asked before every transaction. */
  obstacle(): DatabaseIssue | undefined;
  /** Takes note of an error; what it is when the watch tells people about it. */
  noticed(error: unknown): DatabaseIssue | undefined;
}

/**
 * What is tried again every second while it fails is told once for each cause, and once when it
 * works again: a log full of the same line hides the others.
 */
export class Complaints {
  /** Set when somebody watches over the database: what that tells is not told twice. */
  watch: DatabaseWatch | undefined;
  #causes = new Map<string, string>();

  constructor(private readonly logger: Logger) {}

  /** Runs it, and tells what it throws as "`what`; trying again." True when it threw nothing. */
  async guard(what: string, run: () => Promise<unknown> | unknown): Promise<boolean> {
    try {
      await run();
    } catch (error) {
      this.tell(what, error);
      return false;
    }
    this.over(what);
    return true;
  }

  over(what: string): void {
    if (this.#causes.delete(what)) this.logger.info(`${what}: that is over.`);
  }

  tell(what: string, error: unknown): void {
    if (this.watch?.noticed(error)) return;
    const cause = causeOf(error);
    if (this.#causes.get(what) === cause) return;
    this.#causes.set(what, cause);
    this.logger.error(`${what}; trying again.`, { error });
  }
}

function causeOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return String(code ?? message ?? error);
}
