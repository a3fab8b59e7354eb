import type { Database } from 'bun:sqlite';
import { createLoginThrottle } from './login_throttle.ts';
import { createSignIns, type SignIns } from './sign_ins.ts';

/** Who has access: clients that send the token, and browsers that have signed in with it. */
export interface Access {
  signIns: SignIns;
  /**
   * Whether this is the token. A wrong one is answered ever later.
   * @param address where it came from, as an IP address.
   * @throws TooManyAttempts when wrong ones from there still wait for their answer.
   */
  isToken(given: string, address: string): Promise<boolean>;
}

/** Undefined without a token: everybody may come in. */
export function createAccess(token: string | undefined, database: Database): Access | undefined {
  if (token === undefined) return undefined;
  // Loading it takes as long as opening the database, and who has no token needs none of it.
  const { timingSafeEqual } = process.getBuiltinModule('node:crypto');
  const expected = digest(token);
  const throttle = createLoginThrottle();
  return {
    signIns: createSignIns(database, token),
    async isToken(given, address) {
      throttle.refuseTooMany(address);
      // Digests are of one length, so the time tells nothing about the token's either.
      if (timingSafeEqual(digest(given), expected)) return true;
      await throttle.wrong(address);
      return false;
    },
  };
}

function digest(text: string): Buffer {
  return new Bun.CryptoHasher('sha256').update(text).digest();
}
