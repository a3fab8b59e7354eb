import { describe, expect, test } from 'bun:test';
import { mkdir, readdir, symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createArchiveSource,
  ImportTooLarge,
  listImports,
  receiveFolder,
  receiveImport,
  removeImport,
  removeStalePartials,
} from '../../src/sources/archive/index.ts';
import { NotFound, Unreadable } from '../../src/sources/source.ts';
import {
  accountFiles,
  manyTweets,
  part,
  temporaryFolder,
  writeFolder,
  writeZip,
} from '../support/archive_fixture.ts';

const content = { ...accountFiles(), 'data/tweets.js': part('tweets.part0', manyTweets(30)) };

/** A folder with an empty imports folder and a zip to upload in it. */
async function setup() {
  const folder = await temporaryFolder();
  const importsDir = join(folder.path, 'imports');
  const zip = Bun.file(await writeZip(join(folder.path, 'twitter.zip'), content));
  const receive = (fileName: string, fields = {}) =>
    receiveImport({ importsDir, fileName, stream: zip.stream(), maxBytes: 1e6, ...fields });
  return { folder, importsDir, zip, receive };
}

async function* inPieces(bytes: Uint8Array, size = 100) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('an upload', () => {
  test('becomes an import that can be read', async () => {
    const { folder, importsDir, zip, receive } = await setup();
    await using _ = folder;
    expect(await receive('twitter.zip')).toEqual({ name: 'twitter.zip', bytes: zip.size });
    expect(await readdir(importsDir)).toEqual(['twitter.zip']);
    expect(await Bun.file(join(importsDir, 'twitter.zip')).bytes()).toEqual(await zip.bytes());
    const [page] = await Array.fromAsync(
      createArchiveSource({ importsDir }).posts({
        archive: 'twitter.zip',
        includeReplies: true,
        includeReposts: true,
        signal: new AbortController().signal,
      }),
    );
    expect(page?.items).toHaveLength(30);
  });

  test('accepts chunks of any size', async () => {
    const { folder, importsDir, zip, receive } = await setup();
    await using _ = folder;
    await receive('x.zip', { stream: inPieces(await zip.bytes(), 7) });
    expect(await Bun.file(join(importsDir, 'x.zip')).bytes()).toEqual(await zip.bytes());
  });

  test.each([
    ['../../etc/passwd', 'passwd.zip'],
    ['C:\\Users\\me\\twitter 2024 (1).ZIP', 'twitter-2024-1.zip'],
    ['.partial-x.zip', 'partial-x.zip'],
    ['Ärchiv <b>.zip', 'A-rchiv-b.zip'],
    ['アーカイブ', 'archive.zip'],
    ['', 'archive.zip'],
    [`${'x'.repeat(300)}.zip`, `${'x'.repeat(100)}.zip`],
  ])('named %p gets the safe name %p', async (fileName, name) => {
    const { folder, receive } = await setup();
    await using _ = folder;
    expect((await receive(fileName)).name).toBe(name);
  });

  test('never replaces another import, also not concurrently', async () => {
    const { folder, importsDir, receive } = await setup();
    await using _ = folder;
    const others = [31, 32].map(async (count) => {
      const tweets = part('tweets.part0', manyTweets(count));
      const path = join(folder.path, `${count}.zip`);
      await writeZip(path, { ...content, 'data/tweets.js': tweets });
      return { stream: Bun.file(path).stream() };
    });
    const streams = [{}, ...(await Promise.all(others))];
    const received = await Promise.all(streams.map((stream) => receive('a.zip', stream)));
    expect(received.map(({ name }) => name).sort()).toEqual(['a-2.zip', 'a-3.zip', 'a.zip']);
    expect(await listImports(importsDir)).toHaveLength(3);
  });

  test('with the same bytes as an import is not stored again', async () => {
    const { folder, importsDir, zip, receive } = await setup();
    await using _ = folder;
    await receive('a.zip');
    expect(await receive('b.zip')).toEqual({ name: 'a.zip', bytes: zip.size, isKnown: true });
    expect(await readdir(importsDir)).toEqual(['a.zip']);
  });

  test('that is too large is refused with advice, and leaves nothing', async () => {
    const { folder, importsDir, receive } = await setup();
    await using _ = folder;
    const failure = await receive('a.zip', { maxBytes: 100 }).catch((error: Error) => error);
    expect(failure).toBeInstanceOf(ImportTooLarge);
    expect(String(failure)).toContain('imports folder of the data folder');
    expect(String(failure)).not.toContain(importsDir);
    expect(await readdir(importsDir)).toEqual([]);
  });

  test('that is incomplete, cancelled or no zip leaves nothing', async () => {
    const { folder, importsDir, zip, receive } = await setup();
    await using _ = folder;
    const bytes = await zip.bytes();
    async function* breakingOff() {
      yield bytes.subarray(0, 500);
      throw new Error('The connection was lost.');
    }
    await expect(receive('a.zip', { stream: breakingOff() })).rejects.toThrow('connection');
    const signal = AbortSignal.abort(new Error('Cancelled.'));
    await expect(receive('a.zip', { signal })).rejects.toThrow('Cancelled.');
    const text = Buffer.from('no zip at all');
    await expect(receive('a.zip', { stream: inPieces(text) })).rejects.toThrow(Unreadable);
    const half = bytes.subarray(0, bytes.length / 2);
    await expect(receive('a.zip', { stream: inPieces(half) })).rejects.toThrow(
      'its end is missing',
    );
    expect(await readdir(importsDir)).toEqual([]);
  });
});

describe('an unpacked archive', () => {
  const { signal } = new AbortController();

  test('is copied without the files that are not read', async () => {
    const { folder, importsDir } = await setup();
    await using _ = folder;
    const secrets = { 'data/direct-messages.js': 'private', 'assets/photo.jpg': 'large' };
    const from = await writeFolder(join(folder.path, 'my archive'), { ...content, ...secrets });
    expect(await receiveFolder(importsDir, from, signal)).toEqual({ name: 'my-archive' });
    const copied = await readdir(importsDir, { recursive: true, withFileTypes: true });
    const names = copied.filter((entry) => entry.isFile()).map(({ name }) => name);
    expect(names.sort()).toEqual(['account.js', 'profile.js', 'tweets.js']);
    expect(await readdir(importsDir)).toEqual(['my-archive']);
    const again = await receiveFolder(importsDir, from, signal);
    expect(again).toEqual({ name: 'my-archive-2' });
    const [page] = await Array.fromAsync(
      createArchiveSource({ importsDir }).posts({
        archive: 'my-archive',
        includeReplies: true,
        includeReposts: true,
        signal,
      }),
    );
    expect(page?.items).toHaveLength(30);
  });

  test('that is no archive, or cancelled, leaves nothing', async () => {
    const { folder, importsDir } = await setup();
    await using _ = folder;
    const empty = await writeFolder(join(folder.path, 'holiday'), { 'photo.jpg': 'x' });
    await expect(receiveFolder(importsDir, empty, signal)).rejects.toThrow('no X data archive in');
    const from = await writeFolder(join(folder.path, 'twitter'), content);
    const calledOff = AbortSignal.abort(new Error('Cancelled.'));
    await expect(receiveFolder(importsDir, from, calledOff)).rejects.toThrow('Cancelled.');
    expect(await readdir(importsDir)).toEqual([]);
  });
});

describe('the imports folder', () => {
  test('lists zips and folders, and nothing else', async () => {
    const { folder, importsDir, receive } = await setup();
    await using _ = folder;
    expect(await listImports(importsDir)).toEqual([]);
    const { bytes } = await receive('a.zip');
    await writeFolder(join(importsDir, 'unpacked'), content);
    await Bun.write(join(importsDir, 'notes.txt'), 'not an import');
    await Bun.write(join(importsDir, '.partial-1'), 'not yet one');
    await symlink('..', join(importsDir, 'out'));
    const imports = await listImports(importsDir);
    expect(imports).toContainEqual({ name: 'a.zip', bytes, addedAt: expect.any(Date) });
    expect(imports).toContainEqual({ name: 'unpacked', addedAt: expect.any(Date) });
    expect(imports).toHaveLength(2);
  });

  test('removes a zip and a folder, and nothing outside of it', async () => {
    const { folder, importsDir, receive } = await setup();
    await using _ = folder;
    await receive('a.zip');
    await writeFolder(join(importsDir, 'unpacked'), content);
    await removeImport(importsDir, 'a.zip');
    await removeImport(importsDir, 'unpacked');
    expect(await readdir(importsDir)).toEqual([]);
    await expect(removeImport(importsDir, '../twitter.zip')).rejects.toThrow(NotFound);
    await expect(removeImport(importsDir, 'a.zip')).rejects.toThrow(NotFound);
    expect(await readdir(folder.path)).toContain('twitter.zip');
  });

  test('removes the remains of crashed uploads, but no running upload', async () => {
    const { folder, importsDir } = await setup();
    await using _ = folder;
    await removeStalePartials(importsDir);
    await mkdir(importsDir);
    for (const name of ['.partial-old', '.partial-new', 'a.zip']) {
      await Bun.write(join(importsDir, name), 'x');
    }
    const anHourAgo = new Date(Date.now() - 3_600_000);
    await utimes(join(importsDir, '.partial-old'), anHourAgo, anHourAgo);
    await utimes(join(importsDir, 'a.zip'), anHourAgo, anHourAgo);
    await removeStalePartials(importsDir);
    expect((await readdir(importsDir)).sort()).toEqual(['.partial-new', 'a.zip']);
  });
});
