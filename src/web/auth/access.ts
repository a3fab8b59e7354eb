import type { Database } from 'bun:sqlite';
import type { Replica } from '../../platform/replica/replica.ts';
import { createLoginThrottle } from './login_throttle.ts';
import { createSignIns, type SignIns } from './sign_ins.ts';

/** What a token gives: everything, or to see everything and change nothing. */
export type Role = 'owner' | 'reader';

const ROLES = ['owner', 'reader'] as const;

/** Access with a token, or with a browser's sign-in. */
export interface Access {
  /** The sign-ins with each token. */
  signIns: Readonly<Record<Role, SignIns>>;
  /**
   * Which token this is; undefined for a wrong one. Each further wrong one is answered after a longer
   * delay.
   * @param address the client's IP address.
   * @throws TooManyAttempts while too many wrong tokens from this address wait for their answer.
   */
  roleOf(given: string, address: string): Promise<Role | undefined>;
  /** Whose sign-in this is; undefined when there is none, or it has ended. */
  roleOfSignIn(id: string): Promise<Role | undefined>;
}

interface Tokens {
  token: string | undefined;
  /** Nobody is a reader without it. */
  readToken: string | undefined;
}

/** Undefined without a token: then no authentication is required. */
export function createAccess(
  { token, readToken }: Tokens,
  database: Database,
  replica?: Replica,
): Access | undefined {
  if (token === undefined) return undefined;
  // Loaded only when needed: it takes as long as opening the database.
  const { timingSafeEqual } = process.getBuiltinModule('node:crypto');
  // Without a reader's token nothing has its digest, and the comparison takes as long.
  const expected = { owner: digest(token), reader: digest(readToken ?? crypto.randomUUID()) };
  const throttle = createLoginThrottle();
  const owners = createSignIns(database, token);
  const signIns = {
    owner: owners,
    reader: readToken ? createSignIns(database, readToken) : owners,
  };
  followClosed([...new Set([signIns.owner, signIns.reader])]);
  const roleOpen = (id: string) => ROLES.find((role) => signIns[role].isOpen(id));
  return {
    signIns,
    async roleOfSignIn(id) {
      const role = roleOpen(id);
      if (role || !replica) return role;
      // Somebody has signed in on another machine a moment ago.
      await replica.follow();
      return roleOpen(id);
    },
    async roleOf(given, address) {
      throttle.refuseTooMany(address);
      // Digests have equal length, so the time does not reveal the token's length.
      const is = digest(given);
      const [isOwner, isReader] = [
        timingSafeEqual(is, expected.owner),
        timingSafeEqual(is, expected.reader),
      ];
      if (isOwner) return 'owner';
      if (isReader) return 'reader';
      await throttle.wrong(address);
      return undefined;
    },
  };
}

/** How often it is looked whether a browser has signed out elsewhere whose streams this process serves, in ms. */
const CLOSED_POLL_MS = 5_000;

function followClosed(all: readonly SignIns[]): void {
  const look = () => {
    try {
      for (const signIns of all) signIns.endClosed();
    } catch {
      // What cannot be read now is looked at again, and reported by others.
    }
  };
  setInterval(look, CLOSED_POLL_MS).unref();
}

function digest(text: string): Buffer {
  return new Bun.CryptoHasher('sha256').update(text).digest();
}
