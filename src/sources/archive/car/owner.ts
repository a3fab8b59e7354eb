import { CarFile, SequentialReader } from './car_file.ts';
import { cidBytes, digestStart, startsWithCid } from './cid.ts';
import { readCommit } from './commit.ts';
import { readHeader } from './header.ts';
import { timeOfTid } from './tid.ts';

/** Blocks that are looked at for the commit, which comes first as a rule. */
const MAX_BLOCKS = 100;
const MAX_BLOCK_BYTES = 64 * 1024;

/**
 * Whose export it is, and as of when. Nothing of it is checked.
 * @throws Unreadable when it is none; nothing is known when its commit is not at its beginning.
 */
export async function readOwnerOfExport(path: string): Promise<{ owner?: string; madeAt?: Date }> {
  const file = await CarFile.open(path);
  try {
    const reader = new SequentialReader(file);
    const roots = (await readHeader(reader)).map((digest) => Buffer.from(digest.slice()));
    for (let number = 0; number < MAX_BLOCKS && (await reader.fill(1)); number += 1) {
      const length = reader.varint() ?? 0;
      if (length > MAX_BLOCK_BYTES || !(await reader.fill(length))) break;
      const block = reader.take(length);
      const digest = block.subarray(digestStart, cidBytes);
      if (!startsWithCid(block) || !roots.some((root) => root.equals(digest))) continue;
      const { did, rev = '' } = readCommit(block.slice(cidBytes));
      const madeAt = timeOfTid(rev);
      return { owner: did, ...(madeAt && { madeAt }) };
    }
    return {};
  } finally {
    await file.close();
  }
}
