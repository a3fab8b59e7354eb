import { createHash } from 'node:crypto';

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const SORTABLE32 = '234567abcdefghijklmnopqrstuvwxyz';
/** CIDv1, dag-cbor, SHA-256 of 32 bytes. */
const CID_PREFIX = [0x01, 0x71, 0x12, 0x20];

/** A valid CID that depends on the content's text. */
export function cidOf(content: string): string {
  const bytes = [...CID_PREFIX, ...createHash('sha256').update(content).digest()];
  let bits = 0;
  let value = 0;
  let text = 'b';
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += BASE32[(value >>> (bits - 5)) & 31];
    value &= (1 << bits) - 1;
  }
  return bits > 0 ? text + BASE32[(value << (5 - bits)) & 31] : text;
}

/** A valid record key; later numbers sort later. */
export function recordKey(number: number): string {
  let text = '';
  for (let rest = number; text.length < 12; rest = Math.floor(rest / 32)) {
    text = SORTABLE32[rest % 32] + text;
  }
  return `3${text}`;
}

/** `did:plc:…`, different for each name. */
export function didFor(name: string): string {
  const hash = createHash('sha256').update(name).digest();
  return `did:plc:${[...hash.subarray(0, 24)].map((byte) => BASE32[byte & 31]).join('')}`;
}
