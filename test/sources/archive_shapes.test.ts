import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder, writeFolder } from '../support/archive_fixture.ts';
import { filesModified, shapes } from '../support/archive_shapes.ts';
import { DOWNLOAD_TIMEOUT_MS } from '../support/debian_programs.ts';
import { findZipTools, packs } from '../support/zip_tools.ts';
import { pagesOf } from './archive_reading.ts';

const folder = await temporaryFolder();
afterAll(() => folder[Symbol.asyncDispose]());

beforeAll(async () => {
  await findZipTools();
  for (const [index, { content }] of shapes.entries()) {
    const unpacked = await writeFolder(join(folder.path, `unpacked-${index}`), content);
    for (const file of await readdir(unpacked, { recursive: true })) {
      await utimes(join(unpacked, file), filesModified, filesModified);
    }
  }
}, DOWNLOAD_TIMEOUT_MS);

async function postsOf(archive: string) {
  const pages = await pagesOf(folder.path, { archive });
  expect(pages.every((page) => !page.notes && !page.leftOut)).toBe(true);
  return pages.flatMap((page) => page.items);
}

describe.each(shapes.map((shape, index) => ({ ...shape, index })))(
  'FEATURES 39: an archive of $name',
  ({ index, content, posts }) => {
    test('is read from its folder, with every field', async () => {
      expect(await postsOf(`unpacked-${index}`)).toEqual(posts);
    });

    test.each(Object.entries(packs))('is read as packed by %s', async (tool, pack) => {
      const zip = `${index}-${tool}.zip`;
      await pack(join(folder.path, `unpacked-${index}`), join(folder.path, zip), content);
      expect(await postsOf(zip)).toEqual(posts);
    });
  },
);
