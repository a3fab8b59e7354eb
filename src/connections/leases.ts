import type { Database } from 'bun:sqlite';
import { once } from '../platform/once.ts';
import { statement } from '../platform/statement.ts';
import type { WriteQueue } from '../platform/writer.ts';
import { sleep } from './sleep.ts';

/** How long a process that died holds up the others. */
const LEASE_MS = 30_000;

/** How often a lease is renewed while its holder works. */
const RENEWAL_MS = 10_000;

/** How often others try to get it. */
const POLL_MS = 100;

interface LeasesOptions {
  db: Database;
  writer: WriteQueue;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** Lets one process at a time work on a source's session. */
export function createLeases({ db, writer, now }: LeasesOptions) {
  const { take, renew, find, release, revoke } = statementsOf(db);
  /** The holder for whom the current code runs. */
  const current = once(() => {
    const { AsyncLocalStorage } = process.getBuiltinModule('node:async_hooks');
    return new AsyncLocalStorage<string>();
  });

  const changes = (run: typeof take, source: string, holder: string) =>
    writer.write(() => run.run({ source, holder, now: now(), ms: LEASE_MS }).changes);

  async function exclusively<Result>(
    source: string,
    signal: AbortSignal,
    work: () => Promise<Result>,
  ): Promise<Result> {
    const holder = Bun.randomUUIDv7();
    signal.throwIfAborted();
    while ((await changes(take, source, holder)) === 0) await sleep(POLL_MS, signal);
    // One that fails, as with a full disk, is tried again; `lossOf` is the guard in the end.
    const renewal = setInterval(() => changes(renew, source, holder).catch(() => {}), RENEWAL_MS);
    try {
      return await current().run(holder, work);
    } finally {
      clearInterval(renewal);
      // A failure would hide the outcome of the work. The lease then ends by itself.
      await writer.write(() => void release.run(source, holder)).catch(() => {});
    }
  }

  return {
    exclusively,
    /**
     * Called by code that runs in `exclusively`, it returns a function that tells whether the lease was
     * lost; called by other code, one that says no. A transaction runs outside of its caller's context.
     */
    lossOf(source: string): () => boolean {
      const holder = current().getStore();
      return () => holder !== undefined && find.get(source)?.holder !== holder;
    },
    /** Within a transaction: whoever works on the session will not store it. */
    revoke: (source: string): void => void revoke.run(source),
  };
}

function statementsOf(db: Database) {
  return {
    // One that ends later than a new one would was taken before the machine's clock was set back.
    take: statement<null, Record<string, string | number>>(
      db,
      `INSERT INTO source_leases (source, holder, expires_at) VALUES ($source, $holder, $now + $ms)
       ON CONFLICT (source) DO UPDATE SET holder = $holder, expires_at = $now + $ms
       WHERE expires_at <= $now OR expires_at > $now + $ms`,
    ),
    renew: statement<null, Record<string, string | number>>(
      db,
      `UPDATE source_leases SET expires_at = $now + $ms WHERE source = $source AND holder = $holder`,
    ),
    find: statement<{ holder: string }, [string]>(
      db,
      'SELECT holder FROM source_leases WHERE source = ?',
    ),
    release: statement<null, [string, string]>(
      db,
      'DELETE FROM source_leases WHERE source = ? AND holder = ?',
    ),
    revoke: statement<null, [string]>(db, 'DELETE FROM source_leases WHERE source = ?'),
  };
}
