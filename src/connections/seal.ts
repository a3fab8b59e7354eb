/** AES-256-GCM: confidential, and any change is noticed. */
const ALGORITHM = 'aes-256-gcm';

/** A random nonce of 96 bits, new for each text. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID_BYTES = 8;

export interface Sealed {
  /** Nonce, tag, then the encrypted text. */
  sealed: Uint8Array;
  /** Of the key that has sealed it. */
  keyId: Uint8Array;
}

/** What was sealed cannot be opened. */
export class CannotUnseal extends Error {
  override readonly name = 'CannotUnseal';
  constructor(
    readonly reason: 'other key' | 'changed',
    options?: ErrorOptions,
  ) {
    super(`Sealed with another key, or changed since: ${reason}.`, options);
  }
}

/**
 * Seals a text.
 * @param place where it is kept, such as its table and row; it can be unsealed for that place only.
 */
export function seal(key: Uint8Array, place: string, text: string): Sealed {
  const { createCipheriv, randomBytes } = nodeCrypto();
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(place));
  const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  const sealed = Buffer.concat([nonce, cipher.getAuthTag(), encrypted]);
  return { sealed, keyId: keyIdOf(key) };
}

/** @throws CannotUnseal */
export function unseal(key: Uint8Array, place: string, { sealed, keyId }: Sealed): string {
  if (!isSealedWith(key, keyId)) throw new CannotUnseal('other key');
  const { createDecipheriv } = nodeCrypto();
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
  try {
    const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(place));
    decipher.setAuthTag(tag);
    const start = decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES));
    // `update` returns text that is checked by `final` only: nothing of it is used before.
    return Buffer.concat([start, decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new CannotUnseal('changed', { cause });
  }
}

export function isSealedWith(key: Uint8Array, keyId: Uint8Array): boolean {
  return Buffer.from(keyIdOf(key)).equals(keyId);
}

/** The key has 256 random bits, so that a part of its hash reveals nothing. */
function keyIdOf(key: Uint8Array): Uint8Array {
  const hash = nodeCrypto().createHash('sha256').update('xgpt secret key').update(key);
  return hash.digest().subarray(0, KEY_ID_BYTES);
}

/** Loaded when first needed: most starts seal nothing. */
function nodeCrypto() {
  return process.getBuiltinModule('node:crypto');
}
