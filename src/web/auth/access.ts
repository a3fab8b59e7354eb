import type { Database } from 'bun:sqlite';
import { createLoginThrottle } from './login_throttle.ts';
import { createSignIns, type SignIns } from './sign_ins.ts';

/** Access with the token, or with a browser's sign-in. */
export interface Access {
  signIns: SignIns;
  /**
   * Whether this is the token. Each further wrong one is answered after a longer delay.
   * @param address the client's IP address.
   * @throws TooManyAttempts while too many wrong tokens from this address wait for their answer.
   */
  isToken(given: string, address: string): Promise<boolean>;
}

/** Undefined without a token: then no authentication is required. */
export function createAccess(token: string | undefined, database: Database): Access | undefined {
  if (token === undefined) return undefined;
  // Loaded only when needed: it takes as long as opening the database.
  const { timingSafeEqual } = process.getBuiltinModule('node:crypto');
  const expected = digest(token);
  const throttle = createLoginThrottle();
  return {
    signIns: createSignIns(database, token),
    async isToken(given, address) {
      throttle.refuseTooMany(address);
      // Digests have equal length, so the time does not reveal the token's length.
      if (timingSafeEqual(digest(given), expected)) return true;
      await throttle.wrong(address);
      return false;
    },
  };
}

function digest(text: string): Buffer {
  return new Bun.CryptoHasher('sha256').update(text).digest();
}
