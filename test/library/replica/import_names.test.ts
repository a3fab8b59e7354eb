import { expect, test } from 'bun:test';
import { replicate } from '../../../src/platform/writer.ts';
import { newDatabase, registerHooks } from '../../platform/postgres_setup.ts';
import { makePost } from '../synthetic.ts';
import { alone, type Kept, type Node, node, save } from './libraries.ts';

registerHooks();

async function nodes(): Promise<[Node, Node]> {
  const address = await newDatabase();
  const both: [Node, Node] = [node(address), node(address)];
  for (const { replica } of both) await replica.follow();
  return both;
}

const claim = ({ library }: Kept, folder: string, ...names: string[]) =>
  library.claimImports(names, () => folder);

const elsewhere = ({ library }: Kept, folder?: string) =>
  Object.fromEntries(library.importsElsewhere(() => folder));

test('of folders that claim a name at the same moment, one gets it', async () => {
  const [one, two] = await nodes();
  for (let round = 0; round < 10; round++) {
    const name = `${round}.zip`;
    const claims = await Promise.all([claim(one, 'a', name), claim(two, 'b', name)]);
    expect(claims.flat()).toEqual([name]);
  }
});

test('a name is claimed for good, and for each machine that has the folder', async () => {
  const [one, two] = await nodes();
  expect(await claim(one, 'a', 'x.zip', 'y.zip')).toEqual(['x.zip', 'y.zip']);
  expect(await claim(two, 'b', 'x.zip', 'z.zip')).toEqual(['z.zip']);
  expect(await claim(one, 'a', 'x.zip')).toEqual(['x.zip']);
  expect(await claim(two, 'a', 'x.zip')).toEqual(['x.zip']);
  await one.replica.follow();
  expect(elsewhere(one, 'a')).toEqual({ 'z.zip': 'stored' });
  expect(elsewhere(two, 'b')).toEqual({ 'x.zip': 'stored', 'y.zip': 'stored' });
  expect(Object.keys(elsewhere(two))).toHaveLength(3);
});

test('a name that is claimed already is not written again', async () => {
  const [one] = await nodes();
  await claim(one, 'a', 'x.zip');
  replicate(one.db, { write: () => Promise.reject(new Error('written')) });
  expect(await claim(one, 'a', 'x.zip')).toEqual(['x.zip']);
  expect(claim(one, 'a', 'y.zip')).rejects.toThrow('written');
});

test('a removed archive gives its name back when no posts of it are left', async () => {
  const [one, two] = await nodes();
  await claim(one, 'a', 'empty.zip', 'full.zip');
  await save(one, { posts: [makePost(1)], import: 'full.zip' });
  // Neither is the other folder's to give back.
  for (const name of ['empty.zip', 'full.zip']) await two.library.forgetImport(name, 'b');
  expect(await claim(two, 'b', 'empty.zip', 'full.zip')).toEqual([]);
  for (const name of ['empty.zip', 'full.zip']) await one.library.forgetImport(name, 'a');
  expect(await claim(two, 'b', 'empty.zip', 'full.zip')).toEqual(['empty.zip']);
  expect(elsewhere(two, 'b')).toEqual({ 'full.zip': 'removed' });
  await two.library.undoImport('full.zip', async () => {});
  expect(await claim(two, 'b', 'full.zip')).toEqual(['full.zip']);
});

test('an undo leaves the name to the archive, which is still stored', async () => {
  const [one, two] = await nodes();
  await claim(one, 'a', 'x.zip');
  await save(one, { posts: [makePost(1)], import: 'x.zip' });
  await two.library.undoImport('x.zip', async () => {});
  expect(await claim(two, 'b', 'x.zip')).toEqual([]);
});

test('a folder that has a removed archive again has its name', async () => {
  const [one, two] = await nodes();
  await claim(one, 'a', 'x.zip');
  await save(one, { posts: [makePost(1)], import: 'x.zip' });
  await one.library.forgetImport('x.zip', 'a');
  expect(await claim(one, 'a', 'x.zip')).toEqual(['x.zip']);
  await two.replica.follow();
  expect(elsewhere(two, 'b')).toEqual({ 'x.zip': 'stored' });
});

test('on SQLite alone nothing is written, and no folder is asked for its id', async () => {
  const kept = alone();
  const ask = () => {
    throw new Error('asked');
  };
  expect(await kept.library.claimImports(['x.zip'], ask)).toEqual(['x.zip']);
  expect(kept.library.importsElsewhere(ask).size).toBe(0);
  expect(kept.db.query('SELECT * FROM import_names').all()).toEqual([]);
});
