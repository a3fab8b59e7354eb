import type { Database } from 'bun:sqlite';
import { statement } from '../platform/statement.ts';
import type { WriteQueue } from '../platform/writer.ts';
import type { Credentials } from '../sources/connection.ts';
import { Unauthorised } from '../sources/source.ts';
import { createLeases } from './leases.ts';
import { CannotUnseal, isSealedWith, seal, unseal } from './seal.ts';
import type { SecretKey } from './secret_key.ts';

interface SealedRow {
  sealed: Uint8Array;
  key_id: Uint8Array;
  updated_at: number;
}

interface CredentialRow extends SealedRow {
  method: string;
}

interface SessionRow extends SealedRow {
  version: number;
}

interface StoreOptions {
  db: Database;
  writer: WriteQueue;
  key: SecretKey;
  /** Milliseconds since 1970. */
  now: () => number;
}

export interface ShownCredentials extends Credentials {
  /** What is stored, without unsealing it. */
  stored(source: string): { method: string; at: Date; isReadable: boolean } | undefined;
  /** @param made called in the transaction, with the method that was stored before. */
  replace(
    source: string,
    method: string,
    values: Record<string, string>,
    made?: (before: string | undefined) => void,
  ): Promise<void>;
  /** @param made called in the transaction, with the method that was stored, if there was one. */
  remove(source: string, made?: (before: string) => void): Promise<void>;
}

type Values = Record<string, string | number | Uint8Array>;

/** Sealed with AES-256-GCM for their table and source, so that a row cannot stand in for another. */
export function createCredentials({ db, writer, key, now }: StoreOptions): ShownCredentials {
  const statements = statementsOf(db);
  const leases = createLeases({ db, writer, now });

  const sealed = (table: string, source: string, value: unknown) => {
    const { sealed, keyId } = seal(key.make(), `${table}/${source}`, JSON.stringify(value));
    return { source, sealed, key_id: keyId, now: now() };
  };

  function remove(source: string): void {
    leases.revoke(source);
    statements.remove.run(source);
    statements.forgetTest.run(source);
  }

  return {
    ...createReader(statements, key),
    async replace(source, method, values, made) {
      const row = { method, ...sealed(CREDENTIALS, source, values) };
      await writer.write(() => {
        made?.(statements.find.get(source)?.method);
        remove(source);
        statements.insert.run(row);
      });
    },
    remove: (source, made) =>
      writer.write(() => {
        const before = statements.find.get(source)?.method;
        if (before !== undefined) made?.(before);
        remove(source);
      }),
    async writeSession(source, value, version) {
      const row = { version, ...sealed(SESSIONS, source, value) };
      const write = version === 0 ? statements.insertSession : statements.updateSession;
      const isLost = leases.lossOf(source);
      return writer.write(() => {
        const isStale = isLost() || !statements.find.get(source);
        return !isStale && write.run(row).changes === 1;
      });
    },
    exclusively: leases.exclusively,
  };
}

function createReader(
  { find, findSession }: ReturnType<typeof statementsOf>,
  key: SecretKey,
): Pick<ShownCredentials, 'stored' | 'read' | 'readSession'> {
  const opened = (table: string, source: string, row: SealedRow): unknown =>
    JSON.parse(openText(key.read(), `${table}/${source}`, row));

  return {
    stored(source) {
      const row = find.get(source);
      if (!row) return undefined;
      const { method, updated_at } = row;
      return { method, at: new Date(updated_at), isReadable: isReadable(row, key) };
    },
    async read(source) {
      const row = find.get(source);
      if (!row) return undefined;
      const values = opened(CREDENTIALS, source, row) as Record<string, string>;
      return { method: row.method, values, updatedAt: new Date(row.updated_at) };
    },
    async readSession(source) {
      const row = findSession.get(source);
      return row ? { value: opened(SESSIONS, source, row), version: row.version } : undefined;
    },
  };
}

function isReadable(row: SealedRow, key: SecretKey): boolean {
  try {
    const current = key.read();
    return current !== undefined && isSealedWith(current, row.key_id);
  } catch {
    // Whoever unseals them is told why.
    return false;
  }
}

const CREDENTIALS = 'source_credentials';
const SESSIONS = 'source_sessions';

function statementsOf(db: Database) {
  return {
    find: statement<CredentialRow, [string]>(
      db,
      `SELECT method, sealed, key_id, updated_at FROM ${CREDENTIALS} WHERE source = ?`,
    ),
    // The session goes with them.
    remove: statement<null, [string]>(db, `DELETE FROM ${CREDENTIALS} WHERE source = ?`),
    forgetTest: statement<null, [string]>(db, 'DELETE FROM source_tests WHERE source = ?'),
    insert: statement<null, Values>(
      db,
      `INSERT INTO ${CREDENTIALS} (source, method, sealed, key_id, updated_at)
       VALUES ($source, $method, $sealed, $key_id, $now)`,
    ),
    findSession: statement<SessionRow, [string]>(
      db,
      `SELECT version, sealed, key_id, updated_at FROM ${SESSIONS} WHERE source = ?`,
    ),
    insertSession: statement<null, Values>(
      db,
      `INSERT INTO ${SESSIONS} (source, version, sealed, key_id, updated_at)
       VALUES ($source, $version + 1, $sealed, $key_id, $now) ON CONFLICT DO NOTHING`,
    ),
    updateSession: statement<null, Values>(
      db,
      `UPDATE ${SESSIONS} SET version = version + 1, sealed = $sealed, key_id = $key_id,
         updated_at = $now
       WHERE source = $source AND version = $version`,
    ),
  };
}

function openText(key: Uint8Array | undefined, place: string, row: SealedRow): string {
  if (!key) {
    throw new Unauthorised(
      `The stored credentials cannot be read: their secret key is missing. ${REMEDY}`,
    );
  }
  try {
    return unseal(key, place, { sealed: row.sealed, keyId: row.key_id });
  } catch (cause) {
    if (!(cause instanceof CannotUnseal)) throw cause;
    const reason =
      cause.reason === 'other key'
        ? 'they were sealed with another secret key'
        : 'the database has other bytes than were stored';
    throw new Unauthorised(`The stored credentials cannot be read: ${reason}. ${REMEDY}`, {
      cause,
    });
  }
}

const REMEDY =
  'Put the former secret.key back into the data folder, or set XGPT_SECRET_KEY to it. Otherwise enter the credentials again on the Sources page.';
