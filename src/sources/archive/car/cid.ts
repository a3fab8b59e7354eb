import { CidLinkWrapper } from '@atcute/cbor';

/** Bytes of a CID as the AT Protocol uses it: version 1, a codec, SHA-256 and its digest. */
export const cidBytes = 36;

const DAG_CBOR = 0x71;
const RAW = 0x55;

/** Where the digest begins in a CID. */
export const digestStart = 4;

/** Whether a CID in binary form is at the beginning of the bytes, and one as the AT Protocol uses it. */
export function startsWithCid(bytes: Uint8Array): boolean {
  const codec = bytes[1];
  return (
    bytes.length >= cidBytes &&
    bytes[0] === 1 &&
    (codec === DAG_CBOR || codec === RAW) &&
    bytes[2] === 0x12 &&
    bytes[3] === 0x20
  );
}

const computed = new Uint8Array(cidBytes - digestStart);

/** Whether the SHA-256 of the contents is the digest that begins at `start`. */
export function hasDigest(contents: Uint8Array, digests: Uint8Array, start: number): boolean {
  // A buffer of its own for each block would be most of what the garbage collector has to do.
  Bun.SHA256.hash(contents, computed);
  for (let index = 0; index < computed.length; index += 1) {
    if (computed[index] !== digests[start + index]) return false;
  }
  return true;
}

/** The digest of a link in decoded CBOR; undefined when the value is none. */
export function linkedDigest(value: unknown): Uint8Array | undefined {
  const isKnown = value instanceof CidLinkWrapper && startsWithCid(value.bytes);
  return isKnown ? value.bytes.subarray(digestStart) : undefined;
}
