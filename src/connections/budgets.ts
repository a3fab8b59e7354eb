import type { Database } from 'bun:sqlite';
import { statement } from '../platform/statement.ts';
import type { WriteQueue } from '../platform/writer.ts';
import type { BudgetState, Budgets, Reservation } from '../sources/connection.ts';
import { BudgetSpent } from '../sources/source.ts';
import { count, counted } from '../text/format.ts';

interface BudgetRow {
  cap: number | null;
  posts: number;
  requests: number;
  period: number;
  since: number | null;
}

interface StoreOptions {
  db: Database;
  writer: WriteQueue;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** How long a request whose process died counts as under way. */
const PENDING_MS = 10_000;

const NONE: BudgetRow = { cap: null, posts: 0, requests: 0, period: 0, since: null };

/** Budgets, and what a form shows of one. */
export interface ShownBudgets extends Budgets {
  /** How many posts are left, 0 or more; undefined where no cap is set. */
  left(source: string): number | undefined;
  /** @param made called in the transaction, with the former cap. */
  setCap(
    source: string,
    cap: number | undefined,
    made?: (before: number | undefined) => void,
  ): Promise<void>;
  /** @param made called in the transaction, with the posts that were counted. */
  reset(source: string, made?: (before: number) => void): Promise<void>;
}

/** Every change is one transaction, so that processes together never reserve more than the cap. */
export function createBudgets({ db, writer, now }: StoreOptions): ShownBudgets {
  const { find, add, correct, limit, restart } = statementsOf(db);
  const pending = createPending(db, now);

  function grant(source: string, wanted: number, least: number) {
    const row = find.get(source) ?? NONE;
    const posts = row.cap === null ? 0 : Math.min(wanted, row.cap - row.posts);
    if (row.cap === null || posts < Math.max(1, least)) return { row };
    add.run({ source, posts, now: now() });
    return { row, posts, settled: pending.begin(source) };
  }

  return {
    async reserve(source, wanted, least) {
      const { row, posts, settled } = await writer.write(() => grant(source, wanted, least));
      if (settled === undefined) throw new BudgetSpent(spentMessage(source, row, least));
      return reservation(posts, async (difference) => {
        const write = writer.write(() => {
          if (difference !== 0) correct.run({ source, difference, period: row.period });
          settled();
        });
        if (difference !== 0) await write;
        // There is nothing to correct. If it fails, the request counts as under way for a while.
        else write.catch(() => {});
      });
    },
    isPending: async (source) => pending.isAny(source),
    left(source) {
      const { cap, posts } = find.get(source) ?? NONE;
      return cap === null ? undefined : Math.max(0, cap - posts);
    },
    read: async (source) => stateOf(find.get(source) ?? NONE),
    async setCap(source, cap, made) {
      await writer.write(() => {
        made?.(find.get(source)?.cap ?? undefined);
        limit.run({ source, cap: cap ?? null });
      });
    },
    async reset(source, made) {
      await writer.write(() => {
        const { posts } = find.get(source) ?? NONE;
        if (restart.run(source).changes > 0) made?.(posts);
      });
    },
  };
}

function statementsOf(db: Database) {
  const find = statement<BudgetRow, [string]>(db, 'SELECT * FROM source_budgets WHERE source = ?');
  const add = statement<null, Record<string, string | number>>(
    db,
    `UPDATE source_budgets
     SET posts = posts + $posts, requests = requests + 1, since = coalesce(since, $now)
     WHERE source = $source`,
  );
  const correct = statement<null, Record<string, string | number>>(
    db,
    `UPDATE source_budgets SET posts = max(0, posts + $difference)
     WHERE source = $source AND period = $period`,
  );
  const limit = statement<null, { source: string; cap: number | null }>(
    db,
    `INSERT INTO source_budgets (source, cap) VALUES ($source, $cap)
     ON CONFLICT (source) DO UPDATE SET cap = excluded.cap`,
  );
  const restart = statement<null, [string]>(
    db,
    `UPDATE source_budgets SET posts = 0, requests = 0, since = NULL, period = period + 1
     WHERE source = ?`,
  );
  return { find, add, correct, limit, restart };
}

/** The requests under way: each holds a lease of its own until its cost is known. */
function createPending(db: Database, now: () => number) {
  const begin = statement<null, Record<string, string | number>>(
    db,
    'INSERT INTO source_leases (source, holder, expires_at) VALUES ($name, $holder, $until)',
  );
  const end = statement<null, [string]>(db, 'DELETE FROM source_leases WHERE source = ?');
  const forget = statement<null, Record<string, string | number>>(
    db,
    `DELETE FROM source_leases WHERE source > $prefix AND source < $prefix || '~' AND NOT ${LIVE}`,
  );
  const any = statement<{ found: number }, Record<string, string | number>>(
    db,
    `SELECT EXISTS (SELECT 1 FROM source_leases
       WHERE source > $prefix AND source < $prefix || '~' AND ${LIVE}) AS found`,
  );
  const among = (source: string) => ({ prefix: `${source} budget `, now: now(), ms: PENDING_MS });
  return {
    isAny: (source: string) => any.get(among(source))?.found === 1,
    /** @returns what ends it; both run within a transaction. */
    begin(source: string): () => void {
      forget.run(among(source));
      const holder = Bun.randomUUIDv7();
      const name = `${source} budget ${holder}`;
      begin.run({ name, holder, until: now() + PENDING_MS });
      return () => void end.run(name);
    },
  };
}

/** One that ends later than a new one would was taken before the machine's clock was set back. */
const LIVE = '(expires_at > $now AND expires_at <= $now + $ms)';

function reservation(posts: number, correct: (difference: number) => Promise<void>): Reservation {
  let isSettled = false;
  return {
    posts,
    async settle(returned) {
      if (isSettled) return;
      isSettled = true;
      await correct(returned - posts);
    },
  };
}

/** Where a command takes a number. */
const POSTS = '<posts>';

function spentMessage(source: string, { cap, posts }: BudgetRow, least: number): string {
  const command = `xgpt sources budget ${source}`;
  const toSet = `"${command} ${POSTS}"`;
  if (cap === null) {
    return `No budget is set for this source, and its requests cost money. Set one on the Sources page, or with ${toSet}; then Retry continues from here.`;
  }
  const used = `${count(posts)} of ${counted(cap, 'post')}`;
  const left = Math.max(0, cap - posts);
  const tooFew =
    left > 0 ? ` The ${count(left)} left are fewer than the ${count(least)} of one request.` : '';
  return `The budget is used up: ${used}.${tooFew} Raise or reset it on the Sources page, or with ${toSet} or "${command} --reset"; then Retry continues from here.`;
}

function stateOf({ cap, posts, requests, since }: BudgetRow): BudgetState {
  return {
    ...(cap !== null && { cap }),
    posts,
    requests,
    ...(since !== null && { since: new Date(since) }),
  };
}
