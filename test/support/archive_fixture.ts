import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';
import { ZipFile } from 'yazl';

/** Path inside the archive → content. */
export type ArchiveContent = Record<string, string>;

const dayMs = 86_400_000;

/** A folder that is removed at the end of the block that declared it with `await using`. */
export async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'xgpt-archive-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** A file in the format of X: an array assigned to a global. */
export function part(globalName: string, entries: unknown[]): string {
  return `window.YTD.${globalName} = ${JSON.stringify(entries, null, 2)}\n`;
}

/** The files that every archive has in addition to its posts. */
export function accountFiles(username = 'aurora_lab'): ArchiveContent {
  return {
    'data/account.js': part('account.part0', [
      {
        account: {
          email: 'aurora@example.com',
          createdVia: 'web',
          username,
          accountId: '4711',
          createdAt: '2015-03-01T08:00:00.000Z',
          accountDisplayName: 'Aurora &amp; Lab',
        },
      },
    ]),
    'data/profile.js': part('profile.part0', [
      {
        profile: {
          description: {
            bio: 'Ice &lt;3 light',
            website: 'https://t.co/site',
            location: 'Tromsø',
          },
          avatarMediaUrl: 'https://pbs.twimg.com/profile_images/1/a.jpg',
        },
      },
    ]),
  };
}

/** The manifest of an archive: the list of its tweets files. */
export function manifest(fileNames: string[], count = '1'): string {
  const files = fileNames.map((fileName, index) => ({
    fileName,
    globalName: `YTD.tweets.part${index}`,
    count,
  }));
  const content = { userInfo: {}, archiveInfo: {}, dataTypes: { tweets: { files } } };
  return `window.__THAR_CONFIG = ${JSON.stringify(content)}`;
}

/** One entry of a tweets file; `fields` are the ones that matter to the test. */
export function tweet(id: string | number, fields: Record<string, unknown> = {}) {
  return {
    tweet: {
      edit_info: { initial: { editTweetIds: [`${id}`], editsRemaining: '5' } },
      retweeted: false,
      source: '<a href="https://example.com" rel="nofollow">Example</a>',
      entities: { hashtags: [], symbols: [], user_mentions: [], urls: [] },
      display_text_range: ['0', '12'],
      favorite_count: '0',
      id_str: `${id}`,
      truncated: false,
      retweet_count: '0',
      id: `${id}`,
      created_at: 'Wed Oct 10 20:19:24 +0000 2018',
      favorited: false,
      full_text: `Post ${id}`,
      lang: 'en',
      ...fields,
    },
  };
}

/** A date in the format of X: `Wed Oct 10 20:19:24 +0000 2018`. */
export function tweetDate(date: Date): string {
  const [weekday, day, month, year, time] = date.toUTCString().replace(',', '').split(' ');
  return `${weekday} ${month} ${day} ${time} +0000 ${year}`;
}

/** `count` posts, an hour apart. */
export function manyTweets(count: number, firstId = 1): unknown[] {
  return Array.from({ length: count }, (_, index) =>
    tweet(firstId + index, {
      created_at: tweetDate(new Date(1.5e12 + (index * dayMs) / 24)),
    }),
  );
}

/** Writes the archive as a zip file, on request in zip64 format. */
export async function writeZip(
  path: string,
  content: ArchiveContent,
  { zip64 = false, folder = '' } = {},
): Promise<string> {
  const zip = new ZipFile();
  for (const [name, text] of Object.entries(content)) {
    zip.addBuffer(Buffer.from(text), folder + name, { forceZip64Format: zip64 });
  }
  zip.end({ forceZip64Format: zip64, comment: '' });
  await finished(zip.outputStream.pipe(createWriteStream(path)));
  return path;
}

/** Writes the archive as an unpacked folder. */
export async function writeFolder(path: string, content: ArchiveContent): Promise<string> {
  for (const [name, text] of Object.entries(content)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await Bun.write(join(path, name), text);
  }
  return path;
}

/**
 * Replaces every occurrence of some bytes of a file by others of the same length: yazl refuses to
 * write the names, flags and sizes of a malicious zip file.
 */
export async function forge(path: string, find: Buffer | string, replacement: Buffer | string) {
  const bytes = Buffer.from(await Bun.file(path).arrayBuffer());
  const piece = Buffer.from(replacement);
  let found = 0;
  for (let at = bytes.indexOf(find); at >= 0; at = bytes.indexOf(find, at + piece.length)) {
    piece.copy(bytes, at);
    found += 1;
  }
  if (found === 0) throw new Error(`${path} does not contain the bytes to replace.`);
  await Bun.write(path, bytes);
}

/** Changes the headers of one entry, in the central directory: offsets as in PKWARE's APPNOTE 4.3.12. */
export async function forgeEntry(path: string, name: string, change: (header: Buffer) => void) {
  const bytes = Buffer.from(await Bun.file(path).arrayBuffer());
  const header = bytes.lastIndexOf(name) - 46;
  if (bytes.readUInt32LE(header) !== 0x02014b50) throw new Error(`There is no entry ${name}.`);
  change(bytes.subarray(header));
  await Bun.write(path, bytes);
}
