import type { Database } from 'bun:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLibrary, type Library } from '../../../src/library/index.ts';
import { openDatabase } from '../../../src/platform/database.ts';
import { makePosts } from '../synthetic.ts';
import { expectAgreement } from './agreement.ts';
import { exactKeys, MODEL, scattered } from './scattered.ts';

const PROGRAM = join(import.meta.dir, 'other_process.ts');
const POSTS = 600;
/** All posts in their order: then each vector is compared, whatever its code lets expect. */
const ALL = 2_000;
const COMPARED_STATES = 15;
const KILLS = 3;

let folder: string;
let path: string;
let db: Database;
let library: Library;
let children: Bun.Subprocess<'ignore', 'pipe', 'inherit'>[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'xgpt-processes-'));
  path = join(folder, 'xgpt.sqlite');
  db = openDatabase(path);
  library = createLibrary(db);
  library.savePosts(makePosts(POSTS));
  children = [];
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(children.map((child) => child.exited));
  db.close();
  rmSync(folder, { recursive: true });
});

async function start(task: 'embed' | 'remove', seed: number) {
  const child = Bun.spawn([process.execPath, PROGRAM, path, task, String(seed)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  await child.stdout.getReader().read();
  return child;
}

const changes = () => db.query<{ data_version: number }, []>('PRAGMA data_version').get();

describe('while another process embeds and a third one deletes', () => {
  test('answers equal an exact search over what is committed', async () => {
    await Promise.all([start('embed', 1), start('remove', 2)]);
    const versions = new Set<number | undefined>();
    for (let seed = 1; versions.size < COMPARED_STATES; seed++) {
      await Bun.sleep(3);
      const query = scattered(seed);
      const before = changes();
      const found = library.meaning.nearest(MODEL, query, { limit: ALL });
      const exact = exactKeys(db, query, ALL);
      // Otherwise something was committed between the two.
      if (changes()?.data_version !== before?.data_version) continue;
      expect(found.map(({ key }) => key)).toEqual(exact);
      versions.add(before?.data_version);
    }
  });

  test('after kill -9, codes and vectors agree', async () => {
    for (let kill = 1; kill <= KILLS; kill++) {
      const both = await Promise.all([start('embed', kill), start('remove', kill)]);
      while (library.counts().vectors === 0) await Bun.sleep(5);
      await Bun.sleep(40 + kill * 17);
      for (const child of both) child.kill('SIGKILL');
      await Promise.all(both.map((child) => child.exited));
      expectAgreement(db);
      const found = library.meaning.nearest(MODEL, scattered(kill), { limit: ALL });
      expect(found.map(({ key }) => key)).toEqual(exactKeys(db, scattered(kill), ALL));
    }
  });
});
