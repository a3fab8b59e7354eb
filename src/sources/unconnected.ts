import type { LiveDeps } from './connection.ts';

/** For programs without a database, such as one that only lists the sources: nothing can be read. */
export function unconnected(): LiveDeps {
  const refuse = async (): Promise<never> => {
    throw new Error('Live sources cannot be read without a database.');
  };
  return {
    credentials: {
      read: refuse,
      replace: refuse,
      remove: refuse,
      readSession: refuse,
      writeSession: refuse,
      exclusively: refuse,
    },
    rateLimits: { take: refuse, hold: refuse, heldUntil: refuse },
    budgets: { reserve: refuse, read: refuse, isPending: refuse, setCap: refuse, reset: refuse },
  };
}
