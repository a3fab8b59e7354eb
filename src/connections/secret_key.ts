import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncPath } from '../platform/database_switch.ts';

/** Length of a key in bytes. */
export const KEY_BYTES = 32;

/** The key that seals credentials. */
export interface SecretKey {
  /** Undefined when there is none yet. @throws SecretKeyUnusable */
  read(): Uint8Array | undefined;
  /** Makes one when there is none. @throws SecretKeyUnusable */
  make(): Uint8Array;
}

/** The key cannot be read or made; the message says what to do. */
export class SecretKeyUnusable extends Error {
  override readonly name = 'SecretKeyUnusable';
  readonly permanent = true;
}

export interface SecretKeyOptions {
  /** From the environment; the file is not used then. */
  secretKey: Uint8Array | undefined;
  /** The file that holds the key, made when credentials are first stored. */
  secretKeyPath: string;
}

/**
 * The key of the environment, or else of a file with mode 0600 in the data folder. It is never in the
 * database, so a copy of the database alone reveals no credentials.
 */
export function createSecretKey({ secretKey, secretKeyPath }: SecretKeyOptions): SecretKey {
  let known = secretKey;
  const read = () => {
    known ??= readKeyFile(secretKeyPath);
    return known;
  };
  return { read, make: () => read() ?? makeKeyFile(secretKeyPath) };
}

function readKeyFile(path: string): Uint8Array | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    const reason = (cause as Error).message;
    throw new SecretKeyUnusable(`The secret key ${path} cannot be read: ${reason}.`, { cause });
  }
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length === KEY_BYTES) return key;
  throw new SecretKeyUnusable(
    `The secret key ${path} is damaged. Put a copy of it back. If you have none, delete the file and enter the credentials again on the Sources page.`,
  );
}

/**
 * Writes the key under another name and links it: with a file that is created first and written then,
 * another process can read an empty key.
 */
function makeKeyFile(path: string): Uint8Array {
  const key = crypto.getRandomValues(Buffer.alloc(KEY_BYTES));
  const partial = `${path}.${process.pid}.${Bun.randomUUIDv7()}.partial`;
  try {
    writeFileSync(partial, `${key.toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
    syncPath(partial);
    linkSync(partial, path);
    syncPath(dirname(path));
    return key;
  } catch (cause) {
    // Another process has made one meanwhile.
    const other = readKeyFile(path);
    if (other) return other;
    const reason = (cause as Error).message;
    throw new SecretKeyUnusable(
      `No secret key can be made in ${dirname(path)}: ${reason}. Make the folder writable, or set XGPT_SECRET_KEY.`,
      { cause },
    );
  } finally {
    rmSync(partial, { force: true });
  }
}
