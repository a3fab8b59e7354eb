import { expect, test } from 'bun:test';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  folderId,
  importNames,
  listImports,
  makeFolderId,
} from '../../src/sources/archive/index.ts';
import { temporaryFolder } from '../support/archive_fixture.ts';

test('an imports folder gets an id when it is needed, and keeps it; it is no import', async () => {
  await using folder = await temporaryFolder();
  expect(folderId(folder.path)).toBeUndefined();
  expect(await readdir(folder.path)).toEqual([]);
  const id = makeFolderId(folder.path);
  expect([makeFolderId(folder.path), folderId(folder.path)]).toEqual([id, id]);
  expect(importNames(folder.path)).toEqual([]);
  expect(await listImports(folder.path)).toEqual([]);
  expect(await readdir(folder.path)).toHaveLength(1);
});

test('of processes that make the id at once, all get the same', async () => {
  await using folder = await temporaryFolder();
  const program = `
    import { makeFolderId } from ${JSON.stringify(join(import.meta.dir, '../../src/sources/archive/folder_id.ts'))};
    process.stdout.write(makeFolderId(${JSON.stringify(folder.path)}));`;
  const children = Array.from({ length: 4 }, () =>
    Bun.spawn([process.execPath, '-e', program], { stdout: 'pipe' }),
  );
  const ids = await Promise.all(children.map(({ stdout }) => new Response(stdout).text()));
  expect(new Set(ids)).toEqual(new Set([folderId(folder.path) ?? '']));
});
