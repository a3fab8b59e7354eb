import type { Health } from '../platform/health.ts';

/**
 * Keeps the process alive when the database fails in a timer or in a promise that nothing awaits: its
 * pages and `/healthz` then say what to do. Any other uncaught error ends the process with code 1, as
 * it would without this.
 */
export function surviveDatabaseErrors(health: Pick<Health, 'noticed'>): void {
  const surviveOrEnd = (error: unknown) => {
    if (health.noticed(error)) return;
    console.error(error);
    process.exit(1);
  };
  process.on('uncaughtException', surviveOrEnd);
  // Unlike Node, Bun 1.4.4 does not hand these to the listener above.
  process.on('unhandledRejection', surviveOrEnd);
}
