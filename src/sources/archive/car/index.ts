import type { Post } from '../../post.ts';
import { NotFound, type Page, type PostsRequest } from '../../source.ts';
import { megabytes } from '../inventory.ts';
import { BlockReader, decodeRecord } from './block_reader.ts';
import { CarFile } from './car_file.ts';
import { readKinds } from './kinds.ts';
import { type CarLimits, defaultCarLimits } from './limits.ts';
import { listExport } from './listing.ts';
import { readOwnProfile } from './record_profile.ts';
import { type Repository, readRepository } from './repository.ts';

export type { CarLimits } from './limits.ts';
export { isCar } from './recognise.ts';

/**
 * The posts of a Bluesky account's export: a CAR file with its repository. All of it is checked before
 * the first page: the hash of every block, and that no part of the tree of records is missing. Whose
 * signature it has cannot be checked offline.
 * @throws Unreadable when it is damaged or incomplete, NotFound when it is of another account.
 */
export async function* readCar(
  path: string,
  request: PostsRequest,
  limits: Partial<CarLimits> = {},
): AsyncGenerator<Page<Post>> {
  const { signal, onPreparing } = request;
  signal.throwIfAborted();
  const file = await CarFile.open(path);
  try {
    const repository = await readRepository(file, {
      limits: { ...defaultCarLimits, ...limits },
      signal,
      onRead: (bytes) => onPreparing?.(bytes, file.size, checking(bytes, file.size)),
    });
    const username = usernameFor(repository, request);
    const reader = new BlockReader(file, repository.blocks);
    const { profile, labels } = await readProfile(reader, repository, username);
    const kinds = await readKinds(reader, repository, signal);
    yield* listExport({ reader, repository, kinds, profile, labels }, request);
  } finally {
    await file.close();
  }
}

function checking(bytes: number, total: number): string {
  return `Checking the export, ${megabytes(bytes)} of ${megabytes(total)} MB`;
}

/** An export has no handle: it is the one that was given, the one that is known, or the account's id. */
function usernameFor({ did }: Repository, { username, usernameOf }: PostsRequest): string {
  if (!username || username === did) return usernameOf?.('bluesky', did) ?? did;
  if (!username.startsWith('did:') && username.includes('.')) return username;
  throw new NotFound(
    `The export belongs to ${did}, not to ${username}. Leave the username empty, ` +
      'or give the account’s handle, such as ada.bsky.social.',
  );
}

async function readProfile(reader: BlockReader, repository: Repository, username: string) {
  const { profile, did, asOf, posts, following } = repository;
  const contents = await reader.read(profile === undefined ? [] : [profile]);
  const record = profile === undefined ? undefined : decodeRecord(contents.get(profile));
  return readOwnProfile(record, { did, username, asOf, posts, following });
}
