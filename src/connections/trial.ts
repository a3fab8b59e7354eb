import type { Credentials, StoredCredentials, StoredSession } from '../sources/connection.ts';

/** Credentials that are tested before they are stored. They, and the session of their login, are in memory. */
export function createTrial(given: StoredCredentials): Credentials {
  let session: StoredSession | undefined;
  const refuse = async (): Promise<never> => {
    throw new Error('Credentials that are being tested cannot be changed.');
  };
  return {
    read: async () => given,
    replace: refuse,
    remove: refuse,
    readSession: async () => session,
    async writeSession(_, value, version) {
      if (version !== (session?.version ?? 0)) return false;
      session = { value, version: version + 1 };
      return true;
    },
    exclusively: (_source, _signal, work) => work(),
  };
}
