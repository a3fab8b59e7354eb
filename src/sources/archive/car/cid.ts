import { CidLinkWrapper } from '@atcute/cbor';

/** Bytes of a CID as the AT Protocol uses it: version 1, a codec, SHA-256 and its digest. */
export const cidBytes = 36;

const DAG_CBOR = 0x71;
const RAW = 0x55;

/** The SHA-256 that a CID in binary form names; undefined when it is of another kind. */
export function digestOf(cid: Uint8Array): Uint8Array | undefined {
  const [version, codec, hashCode, length] = cid;
  const isUsual = version === 1 && hashCode === 0x12 && length === 0x20;
  if (!isUsual || cid.length !== cidBytes || (codec !== DAG_CBOR && codec !== RAW))
    return undefined;
  return cid.subarray(4);
}

const computed = new Uint8Array(32);

/** Whether this is the SHA-256 of the contents. */
export function isDigestOf(digest: Uint8Array, contents: Uint8Array): boolean {
  // A buffer of its own for each block would be most of what the garbage collector has to do.
  Bun.SHA256.hash(contents, computed);
  return computed.every((byte, index) => byte === digest[index]);
}

/** The digest of a link in decoded CBOR; undefined when the value is none. */
export function linkedDigest(value: unknown): Uint8Array | undefined {
  return value instanceof CidLinkWrapper ? digestOf(value.bytes) : undefined;
}
