import type { Profile } from '../post.ts';
import { Unreadable } from '../source.ts';
import type { ArchiveContents, ArchiveFiles } from './archive_files.ts';
import { readEntries } from './entries.ts';
import { dateOf, fieldsOf, idOf, textOf } from './fields.ts';
import { isGrailbird, readGrailbird } from './grailbird.ts';
import { type Manifest, readManifest } from './manifest.ts';
import { decode, isWebAddress } from './text.ts';

/**
 * Reads what the archive contains.
 * @throws Unreadable when it is not an X data archive, or incomplete.
 */
export async function readContents(
  archive: ArchiveFiles,
  signal: AbortSignal,
): Promise<ArchiveContents> {
  if (isGrailbird(archive)) return readGrailbird(archive, signal);
  const manifest = await readManifest(archive, signal);
  const profile = await readProfile(archive, manifest, signal);
  return {
    profile,
    postFiles: [
      ...tweetFiles(archive, manifest, profile),
      ...withContent(archive, partsOf(archive, 'community-tweet', manifest?.communityFiles)),
    ],
    noteFiles: withContent(archive, partsOf(archive, 'note-tweet', manifest?.noteFiles)),
    stated: manifest?.stated ?? new Map(),
    emptyFiles: emptyFiles(archive),
    notes: [],
    ...(manifest?.generatedAt && { generatedAt: manifest.generatedAt }),
  };
}

/** An archive with an empty file of posts is refused when it is read; any other file is passed over. */
function emptyFiles(archive: ArchiveFiles): string[] {
  return [...archive.sizes]
    .filter(([name, bytes]) => bytes === 0 && !/^data\/tweets?(-part\d+)?\.js$/.test(name))
    .map(([name]) => name);
}

function withContent(archive: ArchiveFiles, files: string[]): string[] {
  return files.filter((file) => (archive.sizes.get(file) ?? 0) > 0);
}

function tweetFiles(
  archive: ArchiveFiles,
  manifest: Manifest | undefined,
  { username }: Profile,
): string[] {
  const files = partsOf(archive, 'tweets?', manifest?.tweetFiles);
  if (files.length > 0 || manifest?.hasNoPosts) return files;
  throw new Unreadable(
    `The archive of @${username} contains no posts: data/tweets.js is missing. ` +
      'If the account has posts, download the archive from X again.',
  );
}

/**
 * Those of the manifest, or all: `tweets.js` before `tweets-part1.js`, and 2 before 10.
 * @throws Unreadable when one in the row is missing.
 */
function partsOf(archive: ArchiveFiles, name: string, listed: string[] = []): string[] {
  if (listed.length > 0) return listed;
  const pattern = new RegExp(`^data/${name}(?:-part(\\d+))?\\.js$`);
  const part = (file: string) => Number(pattern.exec(file)?.[1] ?? 0);
  const files = [...archive.sizes.keys()]
    .filter((file) => pattern.test(file))
    .sort((a, b) => part(a) - part(b));
  requireRow(files, part);
  return files;
}

/** X numbers the files in a row: the first has no number, or 0 or 1. */
function requireRow(files: string[], part: (file: string) => number): void {
  for (const [index, file] of files.entries()) {
    const previous = files[index - 1];
    const missing = (previous === undefined ? 0 : part(previous)) + 1;
    if (part(file) <= missing) continue;
    const name = file.replace(/(-part\d+)?\.js$/, `-part${missing}.js`);
    throw new Unreadable(
      `The archive is incomplete: there is ${file}, but no ${name}. Download or copy it again.`,
    );
  }
}

async function readProfile(
  archive: ArchiveFiles,
  manifest: Manifest | undefined,
  signal: AbortSignal,
): Promise<Profile> {
  const { owner } = manifest ?? {};
  if (!archive.sizes.has('data/account.js') && !owner) throw noArchive();
  const entry = fieldsOf(await firstEntry(archive, 'data/account.js', signal)).account;
  const account = fieldsOf(entry ?? owner);
  const username = textOf(account.username);
  const id = idOf(account.accountId);
  if (!username || !id) {
    throw new Unreadable('data/account.js contains no account. Download the archive from X again.');
  }
  const name = textOf(account.accountDisplayName) ?? owner?.displayName ?? username;
  const createdAt = dateOf(account.createdAt);
  return {
    source: 'archive',
    id,
    username,
    name: decode(name),
    bio: '',
    ...(await readDescription(archive, signal)),
    ...(createdAt && { createdAt }),
  };
}

function noArchive(): Unreadable {
  return new Unreadable(
    'This is not an X data archive: data/account.js is missing. ' +
      'Use the zip from "Download an archive of your data" on X, or its unpacked folder.',
  );
}

async function readDescription(
  archive: ArchiveFiles,
  signal: AbortSignal,
): Promise<Partial<Profile>> {
  const { profile } = fieldsOf(await firstEntry(archive, 'data/profile.js', signal));
  const { description, avatarMediaUrl } = fieldsOf(profile);
  const { bio, location, website } = fieldsOf(description);
  const place = textOf(location);
  const site = textOf(website);
  const avatarUrl = textOf(avatarMediaUrl);
  return {
    bio: decode(textOf(bio) ?? ''),
    ...(place && { location: decode(place) }),
    ...(isWebAddress(site) && { website: site }),
    ...(isWebAddress(avatarUrl) && { avatarUrl }),
  };
}

/** Undefined when there is no such file, or it is empty. */
async function firstEntry(
  archive: ArchiveFiles,
  name: string,
  signal: AbortSignal,
): Promise<unknown> {
  if (!archive.sizes.get(name)) return undefined;
  for await (const { entries } of readEntries(archive, name, signal)) {
    if (entries.length > 0) return entries[0];
  }
  return undefined;
}
