import { z } from 'zod';
import type { Profile } from '../post.ts';
import { Unreadable } from '../source.ts';
import type { ArchiveFiles } from './archive_files.ts';
import { readEntries } from './entries.ts';
import { decode, isWebAddress } from './text.ts';

/** The owner of an archive, and its files with posts, in order. */
export interface ArchiveContents {
  profile: Profile;
  tweetFiles: string[];
  noteFiles: string[];
}

const maxManifestBytes = 16 * 1024 ** 2;

const manifestSchema = z.object({
  dataTypes: z.object({
    tweets: z.object({ files: z.array(z.object({ fileName: z.string() })).min(1) }),
  }),
});

const optionalText = z.string().optional().catch(undefined);

const accountSchema = z.object({
  account: z.object({
    username: z.string().min(1),
    accountId: z.string().min(1),
    accountDisplayName: optionalText,
    createdAt: optionalText,
  }),
});

const profileSchema = z.object({
  profile: z.object({
    description: z
      .object({ bio: optionalText, website: optionalText, location: optionalText })
      .catch({}),
    avatarMediaUrl: optionalText,
  }),
});

/**
 * Reads what the archive contains.
 * @throws Unreadable when it is not an X data archive, or incomplete.
 */
export async function readContents(
  archive: ArchiveFiles,
  signal: AbortSignal,
): Promise<ArchiveContents> {
  requireFile(archive, 'data/account.js');
  return {
    tweetFiles: await findTweetFiles(archive, signal),
    noteFiles: partsOf(archive, /^data\/note-tweet(-part\d+)?\.js$/),
    profile: await readProfile(archive, signal),
  };
}

function requireFile(archive: ArchiveFiles, name: string): void {
  if (archive.sizes.has(name)) return;
  throw new Unreadable(
    `This is not an X data archive: ${name} is missing. ` +
      'Use the zip from "Download an archive of your data" on X, or its unpacked folder.',
  );
}

async function findTweetFiles(archive: ArchiveFiles, signal: AbortSignal): Promise<string[]> {
  const listed = await listedInManifest(archive, signal);
  const missing = listed.find((name) => !archive.sizes.has(name));
  if (missing) {
    throw new Unreadable(
      `The archive is incomplete: its manifest lists ${missing}, which is missing. ` +
        'Download or copy it again.',
    );
  }
  const files = listed.length > 0 ? listed : partsOf(archive, /^data\/tweets?(-part\d+)?\.js$/);
  if (files.length === 0) requireFile(archive, 'data/tweets.js');
  return files;
}

/** Empty when there is no manifest, or one that lists no posts. */
async function listedInManifest(archive: ArchiveFiles, signal: AbortSignal): Promise<string[]> {
  const name = 'data/manifest.js';
  if (!archive.sizes.has(name)) return [];
  if ((archive.sizes.get(name) ?? 0) > maxManifestBytes) throw damagedManifest();
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive.read(name, signal)) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  const manifest = manifestSchema.safeParse(parseAssigned(text));
  return (manifest.data?.dataTypes.tweets.files ?? []).map((file) => file.fileName);
}

function parseAssigned(text: string): unknown {
  try {
    return JSON.parse(text.slice(text.indexOf('=') + 1));
  } catch (cause) {
    throw damagedManifest(cause);
  }
}

function damagedManifest(cause?: unknown): Unreadable {
  return new Unreadable('data/manifest.js is damaged. ' + 'Download or copy the archive again.', {
    cause,
  });
}

/** `tweets.js` before `tweets-part1.js`, and 2 before 10. */
function partsOf(archive: ArchiveFiles, pattern: RegExp): string[] {
  const part = (name: string) => Number(/-part(\d+)\.js$/.exec(name)?.[1] ?? 0);
  return [...archive.sizes.keys()]
    .filter((name) => pattern.test(name))
    .sort((a, b) => part(a) - part(b));
}

async function readProfile(archive: ArchiveFiles, signal: AbortSignal): Promise<Profile> {
  const account = accountSchema.safeParse(await firstEntry(archive, 'data/account.js', signal));
  if (!account.success) {
    throw new Unreadable('data/account.js contains no account. Download the archive from X again.');
  }
  const { username, accountId, accountDisplayName, createdAt } = account.data.account;
  const created = new Date(createdAt ?? Number.NaN);
  return {
    source: 'archive',
    id: accountId,
    username,
    name: decode(accountDisplayName || username),
    bio: '',
    ...(await readDescription(archive, signal)),
    ...(Number.isNaN(created.getTime()) ? {} : { createdAt: created }),
  };
}

async function readDescription(
  archive: ArchiveFiles,
  signal: AbortSignal,
): Promise<Partial<Profile>> {
  const name = 'data/profile.js';
  if (!archive.sizes.has(name)) return {};
  const entry = profileSchema.safeParse(await firstEntry(archive, name, signal)).data?.profile;
  const { bio, location, website } = entry?.description ?? {};
  return {
    bio: decode(bio ?? ''),
    ...(location && { location: decode(location) }),
    ...(isWebAddress(website) && { website }),
    ...(isWebAddress(entry?.avatarMediaUrl) && { avatarUrl: entry?.avatarMediaUrl }),
  };
}

async function firstEntry(
  archive: ArchiveFiles,
  name: string,
  signal: AbortSignal,
): Promise<unknown> {
  for await (const { entries } of readEntries(archive, name, signal)) {
    if (entries.length > 0) return entries[0];
  }
  return undefined;
}
