import { decode } from '@atcute/cbor';
import { Unreadable } from '../../source.ts';
import type { SequentialReader } from './car_file.ts';
import { linkedDigest } from './cid.ts';
import { damaged } from './damage.ts';

const MAX_HEADER_BYTES = 8 * 1024;
export const LOOK_BYTES = 16;
/** The map of a header, whichever of its fields comes first. Version 2 has no roots there. */
const BEGINNINGS = ['\xa2eroots', '\xa2gversion', '\xa1gversion'];

/** Whether a file with this beginning is a CAR; `LOOK_BYTES` are enough to tell. */
export function looksLikeCar(bytes: Uint8Array): boolean {
  const [first = 0] = bytes;
  const lengthBytes = first < 0x80 ? 1 : 2;
  const text = Buffer.from(bytes.subarray(lengthBytes, LOOK_BYTES)).toString('latin1');
  return BEGINNINGS.some((beginning) => text.startsWith(beginning));
}

/**
 * Reads the header of a CAR of version 1.
 * @returns the digests of its roots, at least one.
 * @throws Unreadable when there is no such header.
 */
export async function readHeader(reader: SequentialReader): Promise<Uint8Array[]> {
  await reader.fill(LOOK_BYTES);
  const isKnown = looksLikeCar(reader.peek(LOOK_BYTES));
  const length = reader.varint();
  if (!isKnown || !length || length > MAX_HEADER_BYTES) {
    throw damaged('it does not begin with a CAR header');
  }
  if (!(await reader.fill(length))) throw damaged('its header is cut off');
  const { version, roots } = decoded(reader.take(length));
  if (version === 2) {
    throw new Unreadable(
      'This is a CAR file of version 2. Use the repo.car that Bluesky or "goat repo export" writes.',
    );
  }
  const digests = Array.isArray(roots) ? roots.map(linkedDigest) : [];
  const known = digests.filter((digest) => digest !== undefined);
  if (version === 1 && known.length > 0 && known.length === digests.length) return known;
  throw damaged('its header names no root');
}

function decoded(bytes: Uint8Array): { version?: unknown; roots?: unknown } {
  try {
    return Object(decode(bytes.slice()));
  } catch (cause) {
    throw damaged('its header cannot be read', cause);
  }
}
