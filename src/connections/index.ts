import type { Database } from 'bun:sqlite';
import { sharedWriterOf } from '../platform/writer.ts';
import { createBudgets } from './budgets.ts';
import type { Connections } from './connections.ts';
import { createCredentials } from './credentials.ts';
import { createRateLimits } from './rate_limits.ts';
import type { SecretKey } from './secret_key.ts';
import { createTests } from './tests.ts';

export type { Connections } from './connections.ts';
export { CredentialsNotAccepted, InvalidConnection, methodNamed } from './input.ts';
export {
  connectionOf,
  createManager,
  type RecordSourceChange,
  type SourceManager,
} from './manager.ts';
export { CannotUnseal, seal, unseal } from './seal.ts';
export { createSecretKey, type SecretKey, SecretKeyUnusable } from './secret_key.ts';
export { sourcePace } from './source_pace.ts';

export interface ConnectionsOptions {
  /** From `openDatabase`. */
  db: Database;
  /** 32 bytes, or where they come from; see `createSecretKey`. */
  secretKey: SecretKey | Uint8Array;
  now?: () => Date;
}

/** What live sources need besides the network, shared by all processes on one database. */
export function createConnections({
  db,
  secretKey,
  now = () => new Date(),
}: ConnectionsOptions): Connections {
  const writer = sharedWriterOf(db);
  const key =
    secretKey instanceof Uint8Array ? { read: () => secretKey, make: () => secretKey } : secretKey;
  const time = () => now().getTime();
  return {
    credentials: createCredentials({ db, writer, key, now: time }),
    rateLimits: createRateLimits({ db, writer, now: time }),
    budgets: createBudgets({ db, writer, now: time }),
    tests: createTests({ db, writer, now: time }),
  };
}
