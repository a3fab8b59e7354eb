import { Postgres } from './client.ts';

let opened: Postgres | undefined;

/** The database of XGPT_DATABASE_URL; connected to at its first use. */
export function appPostgres(address: string): Postgres {
  opened ??= new Postgres(address);
  return opened;
}

/** Ends its connections, if there are any. */
export async function closeAppPostgres(): Promise<void> {
  await opened?.close();
}
