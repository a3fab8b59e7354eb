import type { Database } from 'bun:sqlite';
import { type Clock, systemClock } from '../../jobs/index.ts';
import { statement } from '../../platform/statement.ts';
import { writerOf } from '../../platform/writer.ts';

/** How long a key is kept, in ms. */
const KEEP_MS = 86_400_000;

/** Keys that are too old and go with each new one, so that nobody waits for many. */
const STEP = 20;

/** An answer as it was given. */
export interface KeptAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

interface KeptKey {
  /** Tells the request that came with the key from others. */
  request: string;
  /** A UUIDv7. */
  seed: string;
  /** Absent when the request was begun and nobody knows what it was answered. */
  answer?: KeptAnswer;
}

export type IdempotencyKeys = ReturnType<typeof createIdempotencyKeys>;

/** The keys of the last 24 hours, each with its request and the answer. */
export function createIdempotencyKeys(db: Database, clock: Clock = systemClock) {
  const writer = writerOf(db);
  const forgetOld = statement<null, [number, number]>(
    db,
    `
    DELETE FROM idempotency_keys WHERE key IN (
      SELECT key FROM idempotency_keys WHERE created_at < ? ORDER BY created_at LIMIT ?)`,
  );
  const forgetTooOld = statement<null, [string, number]>(
    db,
    'DELETE FROM idempotency_keys WHERE key = ? AND created_at < ?',
  );
  const insert = statement<null, [string, string, string, number]>(
    db,
    `
    INSERT INTO idempotency_keys (key, request, seed, created_at) VALUES (?, ?, ?, ?)
    ON CONFLICT DO NOTHING`,
  );
  const get = statement<{ request: string; seed: string; answer: string | null }, [string]>(
    db,
    'SELECT request, seed, answer FROM idempotency_keys WHERE key = ?',
  );
  const keep = statement<null, [string, string]>(
    db,
    'UPDATE idempotency_keys SET answer = ? WHERE key = ?',
  );
  const forget = statement<null, [string]>(
    db,
    'DELETE FROM idempotency_keys WHERE key = ? AND answer IS NULL',
  );

  const reserve = (key: string, request: string): KeptKey => {
    const now = clock.now();
    forgetTooOld.run(key, now - KEEP_MS);
    const seed = Bun.randomUUIDv7();
    if (insert.run(key, request, seed, now).changes === 1) {
      forgetOld.run(now - KEEP_MS, STEP);
      return { request, seed };
    }
    const { answer, ...known } = get.get(key) as NonNullable<ReturnType<typeof get.get>>;
    return { ...known, ...(answer !== null && { answer: JSON.parse(answer) as KeptAnswer }) };
  };

  return {
    /** What is known of the key; the first time it is from then on this request's. */
    reserve: (key: string, request: string) => writer.write(() => reserve(key, request)),
    /** From now on the key's request is answered so. */
    keep: (key: string, answer: KeptAnswer) =>
      writer.write(() => void keep.run(JSON.stringify(answer), key)),
    /** The key's request has started nothing: the next may use it. */
    forget: (key: string) => writer.write(() => void forget.run(key)),
  };
}
