/** Signatures of Standard Webhooks 1.0, https://www.standardwebhooks.com: HMAC-SHA256, version v1. */

const PREFIX = 'whsec_';

/** Random bytes of a secret; the standard asks for 24 to 64. */
const SECRET_BYTES = 32;

export function newSecret(): string {
  return PREFIX + crypto.getRandomValues(Buffer.alloc(SECRET_BYTES)).toString('base64');
}

/**
 * The headers of a request.
 * @param at when it is sent, in ms since 1970 UTC.
 */
export function signedHeaders(
  secret: string,
  id: string,
  at: number,
  body: string,
): Record<string, string> {
  const timestamp = Math.floor(at / 1000);
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  const hash = new Bun.CryptoHasher('sha256', key).update(`${id}.${timestamp}.${body}`);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${hash.digest('base64')}`,
  };
}
