import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { createLibrary } from '../../src/library/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
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

/** Without fields that are undefined, which stored posts may lack. */
const defined = <Value extends object>(value: Value) =>
  Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined));

describe.each(shapes.map((shape, index) => ({ ...shape, index })))(
  'FEATURES 39: an archive of $name',
  ({ index, content, posts }) => {
    test('is read from its folder, with every field', async () => {
      expect(await postsOf(`unpacked-${index}`)).toEqual(posts);
    });

    test('is stored with every field', async () => {
      const pages = await pagesOf(folder.path, { archive: `unpacked-${index}` });
      const library = createLibrary(openDatabase(':memory:'));
      for (const { items, profile } of pages) {
        library.save({ posts: items, profiles: profile ? [profile] : [] });
      }
      const stored = library.posts({ limit: 100 }).posts;
      const byId = (id: string) => stored.find((post) => post.id === id);
      expect(stored).toHaveLength(posts.length);
      for (const post of posts) expect(byId(post.id)).toMatchObject(defined(post));
    });

    test.each(Object.entries(packs))('is read as packed by %s', async (tool, pack) => {
      const zip = `${index}-${tool}.zip`;
      await pack(join(folder.path, `unpacked-${index}`), join(folder.path, zip), content);
      expect(await postsOf(zip)).toEqual(posts);
    });
  },
);
