import type { Database } from 'bun:sqlite';
import { afterAll, expect, test } from 'bun:test';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eraseDeleted, eraseTraces } from '../../src/library/erasing.ts';
import { createLibrary } from '../../src/library/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { makePost, makeProfile } from './synthetic.ts';
import { MODEL, scattered } from './vectors/scattered.ts';

const folder = mkdtempSync(join(tmpdir(), 'xgpt-erasing-'));
const open: Database[] = [];
afterAll(() => {
  for (const db of open) db.close();
  rmSync(folder, { recursive: true, force: true });
});

const POSTS = 800;
const IMPORT = 'ada.zip';

const textOf = (author: string, number: number) =>
  `The ${author}isms of number ${number} say that lanterns ${'and willows '.repeat(number % 9)}glow`;

/** Half of the posts are of ada. All are saved twice, as when their likes or texts have changed. */
function filled(name: string) {
  const path = join(folder, `${name}.sqlite`);
  const db = openDatabase(path);
  open.push(db);
  const library = createLibrary(db);
  for (const [round, likes] of [1, 70_000].entries()) {
    for (let start = 0; start < POSTS; start += 100) {
      const numbers = Array.from({ length: 100 }, (_, at) => start + at);
      const posts = numbers.map((number) => {
        const author = number % 2 === 0 ? 'ada' : 'bo';
        const text = `${textOf(author, number)}${round > 0 && number % 3 === 0 ? ' again' : ''}`;
        const asOf = new Date(1_800_000_000_000 + round * 1_000);
        return makePost(number, { source: 'archive', author, text, likes, asOf });
      });
      for (const author of ['ada', 'bo']) {
        const own = posts.filter((post) => post.author === author);
        db.transaction(() => library.save({ posts: own, import: `${author}.zip` }))();
      }
    }
  }
  library.saveProfiles([makeProfile('ada', { source: 'archive', bio: 'All of my adaisms' })]);
  const waiting = library.postsWithoutVector(MODEL, { limit: POSTS });
  const vectors = waiting.map(({ key }) => ({ key, vector: scattered(key) }));
  db.transaction(() => library.saveVectors(MODEL, vectors))();
  /** How often the words of an author are in the files. */
  const traces = (author: string) =>
    ['', '-wal']
      .map((suffix) => (existsSync(path + suffix) ? readFileSync(path + suffix, 'latin1') : ''))
      .join('')
      .split(`${author}isms`).length - 1;
  return { db, library, traces, path };
}

test('nothing that an author wrote is left in the files once they were deleted', async () => {
  const { db, library, traces } = filled('forgotten');
  expect(traces('ada')).toBeGreaterThan(POSTS / 2);
  const forget = { source: 'archive', username: 'ada', limit: 100 };
  while (db.transaction(() => library.save({ forget }))().forgotten > 0);
  expect(await library.eraseTraces()).toEqual([]);
  expect(traces('ada')).toBe(0);
  expect(traces('bo')).toBeGreaterThan(POSTS / 2 - 1);
});

test('nothing of an import is left in the files once it was undone', async () => {
  const { db, library, traces } = filled('undone');
  db.run("DELETE FROM profiles WHERE username = 'ada'");
  expect(await library.undoImport(IMPORT, async () => {})).toMatchObject({ removed: POSTS / 2 });
  expect(traces('ada')).toBe(0);
});

test('while another process reads an earlier state, the log is told to be left', async () => {
  const { db, library, path } = filled('read');
  const reader = openDatabase(path);
  open.push(reader);
  reader.run('BEGIN');
  reader.query('SELECT count(*) FROM posts').get();
  db.transaction(() =>
    library.save({ forget: { source: 'archive', username: 'ada', limit: 10 } }),
  )();
  const patience = { attempts: 2, pauseMs: 1, maxBytes: 1e9 };
  expect(await eraseDeleted(db, patience)).toBe(false);
  expect(await eraseTraces(db, patience)).toContain('log');
  reader.run('COMMIT');
  const reading = db.query('SELECT key FROM posts').iterate();
  reading.next();
  expect(await eraseTraces(db, patience)).toContain('pages');
  reading.return?.();
  expect(await eraseTraces(db, { ...patience, maxBytes: 0 })).toEqual(['pages']);
  expect(await eraseTraces(db, patience)).toEqual([]);
});
