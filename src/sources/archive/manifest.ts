import { Unreadable } from '../source.ts';
import type { ArchiveFiles } from './archive_files.ts';
import { dateOf, fieldsOf, idOf, listOf, textOf } from './fields.ts';
import { readSmallFile } from './small_files.ts';

/** What `data/manifest.js` says of an archive. */
export interface Manifest {
  /** The files with posts that it lists: `data/tweets.js`. Empty without a manifest. */
  tweetFiles: string[];
  communityFiles: string[];
  noteFiles: string[];
  /** How many entries it states for each file of posts, where it says so. */
  stated: Map<string, number>;
  /** Whether it lists files with posts at all, and none of them has a post. */
  hasNoPosts: boolean;
  owner?: { username: string; accountId: string; displayName?: string };
  generatedAt?: Date;
}

interface Listed {
  name: string;
  /** Undefined when the manifest does not say how many entries it has. */
  count?: string;
}

/**
 * Reads the manifest.
 * @throws Unreadable when it is damaged, or lists files with posts that are not there.
 */
export async function readManifest(
  archive: ArchiveFiles,
  signal: AbortSignal,
): Promise<Manifest | undefined> {
  const value = await readSmallFile(archive, 'data/manifest.js', signal);
  if (value === undefined) return undefined;
  const { userInfo, archiveInfo, dataTypes } = fieldsOf(value);
  const { tweets, communityTweet, noteTweet } = fieldsOf(dataTypes);
  const isPartial = fieldsOf(archiveInfo).isPartialArchive === true;
  const filesOf = (type: unknown) => present(archive, listedIn(type), isPartial);
  const listed = listedIn(tweets);
  return {
    tweetFiles: filesOf(tweets),
    communityFiles: filesOf(communityTweet),
    noteFiles: filesOf(noteTweet),
    stated: statedIn([...listed, ...listedIn(communityTweet)]),
    hasNoPosts: listed.length > 0 && listed.every(({ count }) => count === '0'),
    ...ownerOf(userInfo),
    ...generatedAt(archiveInfo),
  };
}

function listedIn(type: unknown): Listed[] {
  return listOf(fieldsOf(type).files).flatMap(({ fileName, count }) => {
    const name = textOf(fileName);
    return name ? [{ name, count: count === undefined ? undefined : `${count}` }] : [];
  });
}

function statedIn(listed: Listed[]): Map<string, number> {
  const counted = listed.filter(({ count }) => count !== undefined && /^\d{1,9}$/.test(count));
  return new Map(counted.map(({ name, count }) => [name, Number(count)]));
}

/** A file that the manifest lists with entries has to be there: without it, posts would be missing. */
function present(archive: ArchiveFiles, listed: Listed[], isPartial: boolean): string[] {
  const missing = listed.find(({ name, count }) => !archive.sizes.has(name) && count !== '0');
  if (missing) {
    throw new Unreadable(
      `The archive is incomplete: its manifest lists ${missing.name}, which is missing. ${
        isPartial
          ? 'X has split it into several zips: unpack all of them into one folder, and use that.'
          : 'Download or copy it again.'
      }`,
    );
  }
  return listed.map(({ name }) => name).filter((name) => archive.sizes.has(name));
}

function ownerOf(userInfo: unknown): Pick<Manifest, 'owner'> {
  const { userName, accountId, displayName } = fieldsOf(userInfo);
  const username = textOf(userName);
  const id = idOf(accountId);
  if (!username || !id) return {};
  return { owner: { username, accountId: id, displayName: textOf(displayName) } };
}

function generatedAt(archiveInfo: unknown): Pick<Manifest, 'generatedAt'> {
  const date = dateOf(fieldsOf(archiveInfo).generationDate);
  return date ? { generatedAt: date } : {};
}
