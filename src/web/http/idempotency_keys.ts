import type { Database } from 'bun:sqlite';
import { type Clock, systemClock } from '../../jobs/index.ts';
import { statement } from '../../platform/statement.ts';
import { sharedWriterOf } from '../../platform/writer.ts';

/** How long a key is kept, in ms. */
const KEEP_MS = 86_400_000;

/** Maximum number of expired keys deleted with each new one, so that no request waits for many. */
const STEP = 20;

/** A stored response. */
export interface KeptAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

interface KeptKey {
  /** Fingerprint of the key's request. */
  request: string;
  /** A UUIDv7. */
  seed: string;
  /** Absent while the request has no known response. */
  answer?: KeptAnswer;
}

export type IdempotencyKeys = ReturnType<typeof createIdempotencyKeys>;

/** The keys of the last 24 hours, each with its request and response. */
export function createIdempotencyKeys(db: Database, clock: Clock = systemClock) {
  const writer = sharedWriterOf(db);
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
    /** Returns the key's record; a new key is assigned to this request. */
    reserve: (key: string, request: string) => writer.write(() => reserve(key, request)),
    /** Stores the response to the key's request. */
    keep: (key: string, answer: KeptAnswer) =>
      writer.write(() => void keep.run(JSON.stringify(answer), key)),
    /** Releases a key whose request has started nothing. */
    forget: (key: string) => writer.write(() => void forget.run(key)),
  };
}
