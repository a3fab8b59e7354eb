import type { DatabaseIssue } from './database_issue.ts';
import type { ProcessRegistry } from './process_registry.ts';

/** Tells whether a database can be used. */
export interface DatabaseProbe {
  /** A heartbeat shows that the database can be written to. */
  readonly processes: ProcessRegistry;
  /**
   * Why nothing may be written although a write would succeed, such as a file that the next start cannot
   * find. Called before every transaction.
   */
  obstacle(): DatabaseIssue | undefined;
}
