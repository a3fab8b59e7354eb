import { expect, test } from 'bun:test';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { receiveImport } from '../../src/sources/archive/index.ts';
import {
  accountFiles,
  manifest,
  manyTweets,
  part,
  temporaryFolder,
  tweet,
  writeFolder,
  writeZip,
} from '../support/archive_fixture.ts';
import { zipOf } from '../support/zip_writer.ts';
import { pagesOf, postsOf, whole } from './archive_reading.ts';

/** The posts of a zip. */
async function postsIn(zip: Uint8Array) {
  await using folder = await temporaryFolder();
  await Bun.write(join(folder.path, 'x.zip'), zip);
  return await postsOf(folder.path);
}

/** Puts the files of an archive elsewhere: `data/` is replaced. */
function moved(content: Record<string, string>, folder: string): Record<string, string> {
  const entries = Object.entries(content);
  return Object.fromEntries(entries.map(([name, text]) => [name.replace('data/', folder), text]));
}

test('C4: reads names with backslashes, as Windows’ own zip writes them', async () => {
  expect(await postsIn(zipOf(whole, { backslashes: true }))).toHaveLength(30);
  expect(await postsIn(zipOf(moved(whole, 'a/data/'), { backslashes: true }))).toHaveLength(30);
});

test.each(['..\\..\\x', '../x', 'data\\..\\..\\x', '\\x', 'C:\\x', 'a/../b'])(
  'C4: refuses the path %p, which leads out of the zip',
  async (path) => {
    await expect(postsIn(zipOf({ ...whole, [path]: 'x' }))).rejects.toThrow(
      'a path outside of itself',
    );
  },
);

test('C5: reads all of 65,542 files, whose count Finder wraps to 6', async () => {
  const zip = zipOf(whole, { photos: 65_542 - 3, dataDescriptors: true });
  expect(zip.readUInt16LE(zip.length - 12)).toBe(6);
  expect(await postsIn(zip)).toHaveLength(30);
});

test('C5: refuses a zip whose directory lists fewer files than it states', async () => {
  const zip = zipOf(whole);
  zip.writeUInt16LE(4, zip.length - 12);
  zip.writeUInt16LE(4, zip.length - 14);
  await expect(postsIn(zip)).rejects.toThrow('its directory states 4 files and lists 3');
});

test.each([
  ['at the top', ''],
  ['one folder down', 'twitter-2019/'],
  ['in data, two folders down', 'Downloads/twitter-2019/data/'],
  ['in data, five folders down', 'a/b/c/d/data/'],
])('C6: reads an archive that lies %s', async (_place, folder) => {
  const tweets = part('tweet.part0', [tweet(7).tweet]);
  const content = moved({ ...accountFiles(), 'data/tweet.js': tweets }, folder);
  expect(await postsIn(zipOf(content))).toMatchObject([{ id: '7', author: 'aurora_lab' }]);
});

test('C6: reads an unpacked archive two folders down, or its data folder', async () => {
  await using folder = await temporaryFolder();
  await writeFolder(join(folder.path, 'deep', 'a', 'b'), whole);
  await writeFolder(join(folder.path, 'data'), moved(whole, ''));
  expect(await postsOf(folder.path, { archive: 'deep' })).toHaveLength(30);
  expect(await postsOf(folder.path, { archive: 'data' })).toHaveLength(30);
});

test('C6: refuses a zip with two archives', async () => {
  const zip = zipOf({ ...moved(whole, 'old/data/'), ...moved(whole, 'new/data/') });
  await expect(postsIn(zip)).rejects.toThrow(
    'There are several archives in it ("old/data/" and "new/data/"). Import one at a time.',
  );
});

test('C6: is not confused by what macOS adds', async () => {
  const zip = zipOf({ '__MACOSX/data/account.js': '\0', 'data/._account.js': '\0', ...whole });
  expect(await postsIn(zip)).toHaveLength(30);
});

test('C17: names the zip in a zip, also in a folder', async () => {
  const message = 'contains another zip, backup/twitter.zip. Unpack it once and use that zip.';
  await expect(postsIn(zipOf({ 'backup/twitter.zip': 'PK' }))).rejects.toThrow(message);
  await using folder = await temporaryFolder();
  await writeFolder(join(folder.path, 'unpacked'), { 'backup/twitter.zip': 'PK' });
  await expect(pagesOf(folder.path, { archive: 'unpacked' })).rejects.toThrow(message);
});

test('C17: names an empty zip, when it is uploaded and when it is read', async () => {
  const zip = zipOf({});
  const message = 'The zip is empty. Use the zip file from X.';
  await expect(postsIn(zip)).rejects.toThrow(message);
  await using folder = await temporaryFolder();
  const stream = new Blob([new Uint8Array(zip)]).stream();
  const upload = { importsDir: folder.path, fileName: 'x.zip', stream, maxBytes: 1e6 };
  await expect(receiveImport(upload)).rejects.toThrow(message);
});

test.each([
  ['two bytes after the end', { after: '\r\n' }],
  ['a thousand bytes after the end', { after: 'x'.repeat(1000) }],
  ['something that looks like an end after it', { after: `PK\x05\x06${'x'.repeat(40)}` }],
])('C17: reads a zip with %s', async (_what, quirks) => {
  expect(await postsIn(zipOf(whole, quirks))).toHaveLength(30);
});

test('C17: names one part of a split zip', async () => {
  await expect(postsIn(Buffer.from('PK\x07\x08PK\x03\x04…'))).rejects.toThrow(
    'one part of a split zip',
  );
});

test('C17: an account without posts has none when the manifest says so, or is named', async () => {
  await using folder = await temporaryFolder();
  const listed = { ...accountFiles(), 'data/manifest.js': manifest(['data/tweets.js'], '0') };
  await writeZip(join(folder.path, 'x.zip'), listed);
  expect(await pagesOf(folder.path)).toMatchObject([{ items: [], total: 0 }]);
  await writeZip(join(folder.path, 'x.zip'), accountFiles());
  await expect(pagesOf(folder.path)).rejects.toThrow(
    'The archive of @aurora_lab contains no posts: data/tweets.js is missing.',
  );
});

test.each(['PK\x03\x04stub', 'a program that unpacks it'])(
  'a large archive is read from a zip that %j precedes',
  async (before) => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, 'imports'));
    const tweets = part('tweets.part0', manyTweets(500));
    const zip = zipOf({ ...accountFiles(), 'data/tweets.js': tweets }, { before });
    await Bun.write(join(folder.path, 'imports', 'x.zip'), zip);
    expect(await postsOf(join(folder.path, 'imports'))).toHaveLength(500);
  },
);
