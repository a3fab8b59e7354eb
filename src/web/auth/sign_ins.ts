import type { Database } from 'bun:sqlite';
import { sharedWriterOf } from '../../platform/writer.ts';

/** How long a sign-in lasts, in seconds: 30 days. */
export const SIGN_IN_SECONDS = 30 * 86_400;

/** The sign-ins of browsers. They survive a restart, and end when the token changes. */
export interface SignIns {
  /**
   * Creates a sign-in and returns its id, 256 random bits as text.
   * @param made called with the id, in the transaction.
   */
  open(made?: (id: string) => void): Promise<string>;
  isOpen(id: string): boolean;
  /** Ends it and aborts its signal. @param made called in the transaction, if it was open. */
  close(id: string, made?: () => void): Promise<void>;
  /** Aborts when the sign-in is closed in this process, or `endClosed` finds that it has ended. */
  signalOf(id: string): AbortSignal;
  /** Aborts the signals of those that were closed in another process, or have expired. */
  endClosed(): void;
}

/**
 * The sign-ins that were created with this token, stored in the table `sessions`.
 * @param now the time in ms since 1970.
 */
export function createSignIns(database: Database, token: string, now = Date.now): SignIns {
  const insert = database.prepare<void, [Buffer, number]>(
    'INSERT INTO sessions (key, expires_at) VALUES (?, ?)',
  );
  const find = database.prepare<{ key: Uint8Array }, [Buffer, number]>(
    'SELECT key FROM sessions WHERE key = ? AND expires_at > ?',
  );
  const remove = database.prepare<void, [Buffer]>('DELETE FROM sessions WHERE key = ?');
  const forgetExpired = database.prepare<void, [number]>(
    'DELETE FROM sessions WHERE expires_at <= ?',
  );
  const writer = sharedWriterOf(database);
  const followed = new Map<string, AbortController>();

  const keyOf = (id: string) => new Bun.CryptoHasher('sha256', token).update(id).digest();
  const isOpen = (id: string) => find.get(keyOf(id), now()) !== null;
  const end = (id: string) => {
    followed.get(id)?.abort();
    followed.delete(id);
  };

  return {
    async open(made) {
      const id = crypto.getRandomValues(Buffer.alloc(32)).toString('base64url');
      await writer.write(() => {
        forgetExpired.run(now());
        insert.run(keyOf(id), now() + SIGN_IN_SECONDS * 1000);
        made?.(id);
      });
      return id;
    },
    isOpen,
    async close(id, made) {
      await writer.write(() => {
        if (remove.run(keyOf(id)).changes > 0) made?.();
      });
      end(id);
    },
    signalOf(id) {
      const controller = followed.get(id) ?? new AbortController();
      followed.set(id, controller);
      return controller.signal;
    },
    endClosed() {
      for (const id of followed.keys()) if (!isOpen(id)) end(id);
    },
  };
}
