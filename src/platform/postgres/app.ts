import { waitAtMost } from '../wait_at_most.ts';
import { Postgres } from './client.ts';

/** How long what is under way may take at the end of a process, in ms. */
const MAX_WAIT_MS = 1_000;

let opened: Postgres | undefined;

/** The database of XGPT_DATABASE_URL; connected to at its first use. */
export function appPostgres(address: string): Postgres {
  opened ??= new Postgres(address);
  return opened;
}

/**
 * Ends its connections, if there are any. For a moment it waits for what is under way: cut off, that would be
 * reported as a server that cannot be reached.
 */
export async function closeAppPostgres(): Promise<void> {
  if (!opened) return;
  await waitAtMost(MAX_WAIT_MS, opened.idle());
  await opened.close();
}
