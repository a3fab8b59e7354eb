import type { Database } from 'bun:sqlite';
import { statement } from '../platform/statement.ts';
import type { WriteQueue } from '../platform/writer.ts';
import type { RateLimits, TakeOptions } from '../sources/connection.ts';
import { RateLimited } from '../sources/source.ts';
import { clockTime } from '../text/format.ts';
import { sleep } from './sleep.ts';

/** The longest a worker waits for its request; for longer, the job waits without a worker. */
const MAX_WAIT_MS = 60_000;

/** From this on, people are told that the source waits. */
const TELL_MS = 2_000;

interface LimitRow {
  reserved_at: number;
  due_at: number;
  held_at: number;
  held_until: number;
}

interface StoreOptions {
  db: Database;
  writer: WriteQueue;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** When a request is due: it is reserved, or due too late and not reserved. */
interface Turn {
  at: number;
  isReserved: boolean;
  isHeld: boolean;
}

export interface ShownRateLimits extends RateLimits {
  /** What a service refuses now, of all names that begin with the source's: `bluesky:public`. */
  held(source: string): { name: string; until: Date }[];
}

/** One row a name. Each change is a transaction, so that processes keep to one limit. */
export function createRateLimits({ db, writer, now }: StoreOptions): ShownRateLimits {
  const { find, save, hold, names } = statementsOf(db);

  function reserve(name: string, gapMs: number, atOnce: number): Turn {
    const time = now();
    const row = rebased(find.get(name), time);
    const gap = Math.ceil(gapMs);
    const at = Math.max(time, row.due_at - (atOnce - 1) * gap, row.held_until);
    // Nothing to reserve, and no commit to wait for.
    if (gapMs === 0 && at === time) return { at, isReserved: true, isHeld: false };
    const isReserved = at <= time + MAX_WAIT_MS;
    const reserved = { reserved_at: at, due_at: Math.max(at, row.due_at) + gap };
    // Saved in any case: the row may have been rebased.
    save.run({ ...row, name, ...(isReserved && reserved) });
    return { at, isReserved, isHeld: row.held_until > time };
  }

  function heldUntil(name: string): Date | undefined {
    const time = now();
    const { held_until } = rebased(find.get(name), time);
    return held_until > time ? new Date(held_until) : undefined;
  }

  async function take(name: string, gapMs: number, options: TakeOptions): Promise<void> {
    const { signal, service, onWaiting, atOnce = 1 } = options;
    // The service may hold its requests while this one waits.
    do {
      signal.throwIfAborted();
      const { at, isReserved, isHeld } = await writer.write(() => reserve(name, gapMs, atOnce));
      const resumesAt = new Date(at);
      if (!isReserved) throw tooLate(service, resumesAt, isHeld);
      const ms = at - now();
      if (ms > TELL_MS)
        onWaiting?.(waitingMessage(service, clockTime(resumesAt, new Date(now())), isHeld));
      await sleep(ms, signal);
    } while (heldUntil(name));
  }

  return {
    take,
    async hold(name, until) {
      const time = now();
      await writer.write(() => void hold.run({ name, time, until: until.getTime() }));
    },
    heldUntil: async (name) => heldUntil(name),
    held(source) {
      const held = names.all(source).flatMap(({ name }) => {
        const until = heldUntil(name);
        return until ? [{ name, until }] : [];
      });
      return held.sort((one, other) => one.until.getTime() - other.until.getTime());
    },
  };
}

function statementsOf(db: Database) {
  return {
    find: statement<LimitRow, [string]>(
      db,
      'SELECT reserved_at, due_at, held_at, held_until FROM rate_limits WHERE name = ?',
    ),
    names: statement<{ name: string }, [string]>(
      db,
      `SELECT name FROM rate_limits WHERE held_until > 0 AND substr(name, 1, instr(name, ':') - 1) = ?`,
    ),
    save: statement<null, Record<string, string | number>>(
      db,
      `INSERT OR REPLACE INTO rate_limits (name, reserved_at, due_at, held_at, held_until)
       VALUES ($name, $reserved_at, $due_at, $held_at, $held_until)`,
    ),
    // A later answer of the service may be about an earlier limit: the longer one counts.
    hold: statement<null, Record<string, string | number>>(
      db,
      `INSERT INTO rate_limits (name, reserved_at, due_at, held_at, held_until)
       VALUES ($name, 0, 0, $time, $until)
       ON CONFLICT (name) DO UPDATE SET held_at = $time,
         held_until = CASE WHEN held_at > $time THEN $until ELSE max(held_until, $until) END`,
    ),
  };
}

/**
 * The row as if the machine's clock had not been set back: a time that lies further ahead than it was
 * when it was written would block the source until the clock has caught up.
 */
function rebased(row: LimitRow | null, time: number): LimitRow {
  if (!row) return { reserved_at: 0, due_at: 0, held_at: 0, held_until: 0 };
  const { reserved_at, due_at, held_at, held_until } = row;
  const isReservedByOldClock = reserved_at > time + MAX_WAIT_MS;
  const isHeldByOldClock = held_at > time;
  return {
    reserved_at: isReservedByOldClock ? time : reserved_at,
    due_at: isReservedByOldClock ? time + (due_at - reserved_at) : due_at,
    held_at: isHeldByOldClock ? time : held_at,
    held_until: isHeldByOldClock ? time + (held_until - held_at) : held_until,
  };
}

function tooLate(service: string, at: Date, isHeld: boolean): RateLimited {
  const reason = isHeld
    ? `Rate limited by ${service}`
    : `Requests to ${service} are spread over time`;
  return new RateLimited(`${reason}, goes on at ${clockTime(at)}.`, at);
}

function waitingMessage(service: string, at: string, isHeld: boolean): string {
  return isHeld
    ? `Rate limited by ${service}, goes on at ${at}`
    : `Waiting until ${at} for the next request to ${service}`;
}
