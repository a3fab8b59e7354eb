import { expect, test } from 'bun:test';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArchiveSection } from '../../src/operations/scrape/archive.tsx';
import { storedImports } from '../../src/operations/scrape/imports.ts';
import { importsText } from '../../src/text/import_text.ts';
import {
  accountFiles,
  manyTweets,
  part,
  temporaryFolder,
  writeFolder,
  writeZip,
} from '../support/archive_fixture.ts';
import { did, exportOf, manyPosts } from '../support/car_fixture.ts';

const MADE = '2024-03-03T10:00:00.000Z';

const library = (handles: Record<string, string> = {}) => ({
  imports: () => [],
  forgetImport: async () => {},
  claimImports: async (names: string[]) => names,
  importsElsewhere: () => new Map(),
  undoImport: async () => ({ name: '', removed: 0, stayed: 0 }),
  usernameOf: (source: string, id: string) => (source === 'bluesky' ? handles[id] : undefined),
});

const manifest = `window.__THAR_CONFIG = ${JSON.stringify({
  userInfo: { accountId: '42', userName: 'ida_k', displayName: 'Ida' },
  archiveInfo: { generationDate: MADE },
  dataTypes: { tweets: { files: [{ fileName: 'data/tweets.js', count: '2' }] } },
})}`;

const content = {
  ...accountFiles('ida_k'),
  'data/tweets.js': part('tweets.part0', manyTweets(2)),
};

test('39: the list of archives says of which service and account they are, and when they were made', async () => {
  await using folder = await temporaryFolder();
  const importsDir = folder.path;
  await writeZip(join(importsDir, 'x.zip'), { ...content, 'data/manifest.js': manifest });
  await writeFolder(join(importsDir, 'unpacked'), { ...content, 'data/manifest.js': manifest });
  await writeFile(join(importsDir, 'repo.car'), await exportOf(manyPosts(3)));
  await mkdir(join(importsDir, 'holiday'));
  await writeFile(join(importsDir, 'broken.zip'), 'PK\u0003\u0004');

  const facts = async (handles?: Record<string, string>) => {
    const list = await storedImports({ library: library(handles), importsDir });
    return Object.fromEntries(
      list.map(({ name, kind, owner, madeAt }) => [name, [kind, owner, madeAt]]),
    );
  };
  const known = await facts();
  expect(known).toEqual({
    'x.zip': ['x', 'ida_k', new Date(MADE)],
    unpacked: ['x', 'ida_k', new Date(MADE)],
    'repo.car': ['bluesky', did, expect.any(Date)],
    holiday: [undefined, undefined, undefined],
    'broken.zip': [undefined, undefined, undefined],
  });
  expect(await facts({ [did]: 'ada.example' })).toMatchObject({
    'repo.car': ['bluesky', 'ada.example', expect.any(Date)],
  });
});

test('39: an archive that is replaced under its name is read again', async () => {
  await using folder = await temporaryFolder();
  const importsDir = folder.path;
  const path = join(importsDir, 'x.zip');
  const owner = async () => (await storedImports({ library: library(), importsDir }))[0]?.owner;
  await writeZip(path, content);
  expect(await owner()).toBe('ida_k');
  await writeZip(path, { ...content, ...accountFiles('somebody_else') });
  await utimes(path, new Date(), new Date(Date.now() + 5_000));
  expect(await owner()).toBe('somebody_else');
});

test('39: the terminal and plain text have them as columns', () => {
  const addedAt = new Date('2026-11-22T08:07:50Z');
  const text = importsText([
    {
      name: 'x.zip',
      bytes: 2_000,
      addedAt,
      posts: 3,
      kind: 'x',
      owner: 'ida_k',
      madeAt: new Date(MADE),
    },
    { name: 'repo.car', bytes: 2_000, addedAt, posts: 0, kind: 'bluesky', owner: 'did:plc:abc' },
    { name: 'gone.zip', addedAt, posts: 4, removed: true },
  ]);
  const rows = text
    .trimEnd()
    .split('\n')
    .map((row) => row.split(/ {2,}/));
  expect(rows[0]).toEqual(['NAME', 'KIND', 'OWNER', 'MADE', 'SIZE', 'POSTS', 'ADDED']);
  expect(rows[1]?.slice(0, 5)).toEqual(['x.zip', 'X archive', '@ida_k', '3 Mar 2024', '2.0 kB']);
  expect(rows[2]?.slice(0, 3)).toEqual(['repo.car', 'Bluesky export', 'did:plc:abc']);
  expect(rows[3]?.slice(0, 2)).toEqual(['gone.zip', 'removed']);
});

test('39: the page says so in a row, and leaves out what is not known', () => {
  const addedAt = new Date('2026-11-22T08:07:50Z');
  const page = String(
    ArchiveSection({
      now: addedAt,
      imports: [
        {
          name: 'x.zip',
          bytes: 2_000,
          addedAt,
          posts: 3,
          kind: 'x',
          owner: '<ida>',
          madeAt: addedAt,
        },
        { name: 'old', addedAt, posts: 0 },
      ],
    }),
  );
  const rows = page
    .split('<li>')
    .slice(1)
    .map((row) => row.replace(/<[^>]*>/g, ''));
  expect(rows[0]).toContain('X archive of @&lt;ida&gt;, made 22 Nov 2026 · 2.0 kB · added ');
  expect(rows[1]).toMatch(/^old +folder · added /);
});
