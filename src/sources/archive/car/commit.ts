import { decode } from '@atcute/cbor';
import { z } from 'zod';
import { Unreadable } from '../../source.ts';
import { linkedDigest } from './cid.ts';
import { damaged } from './damage.ts';

/** The commit at the root of an export: whose records they are, and as of when. */
export interface Commit {
  did: string;
  /** The digest of the tree's root. */
  tree: Uint8Array;
  /** The revision, a TID; absent in version 2. */
  rev?: string;
}

const commitSchema = z.object({
  did: z.string().regex(/^did:[a-z]+:[\w.:%-]{1,2000}$/),
  version: z.union([z.literal(2), z.literal(3)]),
  data: z.unknown().transform((link) => linkedDigest(link)),
  rev: z.string().optional().catch(undefined),
});

/**
 * Reads a commit. Its signature cannot be checked offline: the key is in the account's DID document.
 * @throws Unreadable when the block is none.
 */
export function readCommit(block: Uint8Array): Commit {
  const { data: commit, error } = commitSchema.safeParse(decodedOrNothing(block));
  if (!commit) {
    throw new Unreadable(
      'This CAR file is not an export of a Bluesky account: its root is no commit. ' +
        'Use the repo.car from Settings → Account → Export my data.',
      { cause: error },
    );
  }
  if (!commit.data) throw damaged('its commit names no tree of records');
  return { did: commit.did, tree: commit.data, rev: commit.rev };
}

function decodedOrNothing(block: Uint8Array): unknown {
  try {
    return decode(block);
  } catch {
    return undefined;
  }
}
