import { Unreadable } from '../source.ts';
import type { ArchiveContents, ArchiveFiles } from './archive_files.ts';
import { dateOf, fieldsOf, idOf, listOf, textOf } from './fields.ts';
import { readSmallFile } from './small_files.ts';
import { decode, isWebAddress } from './text.ts';

const USER = 'data/js/user_details.js';
const monthFile = /^data\/js\/tweets\/\d{4}_\d{2}\.js$/;

/** Whether it is the archive that Twitter gave out up to 2018, with a file for every month. */
export function isGrailbird(archive: ArchiveFiles): boolean {
  return archive.sizes.has(USER) && !archive.sizes.has('data/account.js');
}

/** @throws Unreadable when it is damaged or incomplete. */
export async function readGrailbird(
  archive: ArchiveFiles,
  signal: AbortSignal,
): Promise<ArchiveContents> {
  const user = fieldsOf(await readSmallFile(archive, USER, signal));
  const payload = fieldsOf(await readSmallFile(archive, 'data/js/payload_details.js', signal));
  const username = textOf(user.screen_name);
  const id = idOf(user.id);
  if (!username || !id) {
    throw new Unreadable(`${USER} contains no account. Use the original archive.`);
  }
  const location = textOf(user.location);
  const website = textOf(user.expanded_url) ?? textOf(user.url);
  const createdAt = dateOf(user.created_at);
  const generatedAt = dateOf(payload.created_at);
  return {
    profile: {
      source: 'archive',
      id,
      username,
      name: decode(textOf(user.full_name) ?? username),
      bio: decode(textOf(user.bio) ?? ''),
      ...(location && { location: decode(location) }),
      ...(isWebAddress(website) && { website }),
      ...(createdAt && { createdAt }),
    },
    postFiles: await monthFiles(archive, signal),
    noteFiles: [],
    stated: new Map(),
    emptyFiles: [],
    notes: [],
    ...(generatedAt && { generatedAt }),
  };
}

/** Newest first, as the index lists them. */
async function monthFiles(archive: ArchiveFiles, signal: AbortSignal): Promise<string[]> {
  const index = listOf(await readSmallFile(archive, 'data/js/tweet_index.js', signal));
  const listed = index.flatMap(({ file_name }) => textOf(file_name) ?? []);
  const missing = listed.find((name) => !archive.sizes.has(name));
  if (missing) {
    throw new Unreadable(
      `The archive is incomplete: its index lists ${missing}, which is missing. Copy it again.`,
    );
  }
  if (listed.length > 0) return listed;
  return [...archive.sizes.keys()]
    .filter((name) => monthFile.test(name))
    .toSorted()
    .toReversed();
}
