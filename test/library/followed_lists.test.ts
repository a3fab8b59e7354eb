import type { Database } from 'bun:sqlite';
import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseFind } from '../../src/find/index.ts';
import { LIST_LIMITS } from '../../src/library/finding/list_limits.ts';
import { createWordFinder } from '../../src/library/finding/word_finder.ts';
import type { WordFinder } from '../../src/library/finding.ts';
import { createLibrary, type Library } from '../../src/library/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { seeded } from '../support/scheduler.ts';
import { makePost } from './synthetic.ts';

const SEED = Number(process.env.XGPT_TEST_SEED ?? Date.now() % 2 ** 31);
const folder = mkdtempSync(join(tmpdir(), 'xgpt-lists-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Lists of all words, of which the longer ones are read in the background, in small parts; only some fit into memory. */
const SMALL = { leastPosts: 0, atOnce: 8, part: 9, bytes: 400 };
const NONE = { ...LIST_LIMITS, leastPosts: Number.POSITIVE_INFINITY };

const WORDS = ['soup', 'soups', 'sour', 'lentil', 'tea', 'night', 'sky', 'moon'];
const AUTHORS = ['ada', 'Ada', 'bo', 'cy'];
const LANGUAGES = ['en', 'de', 'pt-BR', undefined];
const QUERIES = [
  ...['soup', 'lentil tea', 'soup -lentil', '-soup', '-tea -sky', 'soup OR moon', '"night sky"'],
  ...[
    'so*',
    'so* tea',
    '-so*',
    'from:ada',
    'soup from:ada',
    '-from:ada tea',
    'lang:de',
    'sky lang:pt',
  ],
  ...['since:2023-11-15', 'tea since:2023-11-15', 'soup min_likes:3', '-lang:de soup', ''],
];

interface World {
  random(below: number): number;
  /** Two processes' connections to one database. */
  writers: { db: Database; library: Library }[];
}

function randomPost({ random }: World, number: number) {
  const words = Array.from({ length: 1 + random(4) }, () => WORDS[random(WORDS.length)]);
  const author = AUTHORS[random(AUTHORS.length)] as string;
  const language = LANGUAGES[random(LANGUAGES.length)];
  return makePost(number, {
    text: words.join(' '),
    author,
    authorName: author,
    likes: random(6),
    createdAt: new Date(1_700_000_000_000 + random(40) * 3_600_000),
    asOf: new Date(1_800_000_000_000 + random(1_000)),
    ...(language && { language }),
  });
}

/** Some posts are new, others are edits. */
function save(world: World, { library }: World['writers'][number]): void {
  const { random } = world;
  library.savePosts(Array.from({ length: random(8) }, () => randomPost(world, random(300))));
}

function remove({ random }: World, { db }: World['writers'][number]): void {
  const which = random(3) === 0 ? 'ORDER BY key DESC LIMIT 2' : `LIMIT 3 OFFSET ${random(100)}`;
  db.run(`DELETE FROM posts WHERE key IN (SELECT key FROM posts ${which})`);
}

/** More is changed than is told. */
function changeMuch(world: World, writer: World['writers'][number]): void {
  save(world, writer);
  remove(world, writer);
  writer.db.run('DELETE FROM post_changes');
  if (world.random(2) === 0) remove(world, writer);
}

class Undone extends Error {}

/** @param during is called before it is undone. */
function undo(world: World, writer: World['writers'][number], during: () => void): void {
  const work = writer.db.transaction(() => {
    save(world, writer);
    remove(world, writer);
    save(world, writer);
    during();
    throw new Undone();
  });
  try {
    work.immediate();
  } catch (error) {
    if (!(error instanceof Undone)) throw error;
  }
}

/** All that a finder tells of a query. */
async function answerOf(words: WordFinder, typed: string) {
  const query = parseFind(typed, 0);
  const { words: match, filters } = query;
  const page = { limit: 7, ahead: 30 };
  const newest = await words.newest(query, page);
  const next = newest.nextCursor && { ...page, cursor: newest.nextCursor };
  const all = Array.from({ length: 400 }, (_, key) => key);
  const { bits, size } = await words.keysOf(filters, match);
  return {
    newest,
    next: next && (await words.newest(query, next)),
    count: await words.countFound(query),
    facets: await words.facets(query),
    allowed: [size, ...all.filter((key) => ((bits[key >>> 5] ?? 0) >>> (key & 31)) & 1)],
    after: words.keysAfter(query, 50, 20),
    ranked: match && (await words.ranked(match, filters, 20)),
    some: match && words.matchesOf(match, 10).keys,
    among: match && words.matchesAmong(match, all),
  };
}

test('what is kept of the posts is, after every change, as a process without it tells it', async () => {
  const path = join(folder, 'xgpt.sqlite');
  const random = seeded(SEED);
  const below = (limit: number) => Math.floor(random() * limit);
  const writers = [openDatabase(path), openDatabase(path)].map((db) => ({
    db,
    library: createLibrary(db),
  }));
  const world: World = { random: below, writers };
  const [own] = writers as [World['writers'][number]];
  const words = createWordFinder(own.db, SMALL);
  own.library.savePosts(Array.from({ length: 150 }, (_, i) => randomPost(world, i)));
  let asked = 0;
  let read = 0;
  for (let step = 0; step < 150; step++) {
    const writer = writers[below(2)] as World['writers'][number];
    const what = below(10);
    if (what < 5) save(world, writer);
    else if (what < 7) remove(world, writer);
    else if (what < 8) undo(world, writer, () => words.matchesOf({ word: 'soup' }, 100));
    else if (what < 9) changeMuch(world, writer);
    for (let part = below(6); part > 0; part--) if (words.ahead.readPart()) read++;
    const fresh = createWordFinder(own.db, NONE);
    for (const typed of QUERIES)
      if (below(3) === 0) {
        asked++;
        const [kept, expected] = [await answerOf(words, typed), await answerOf(fresh, typed)];
        try {
          expect(kept).toEqual(expected);
        } catch (cause) {
          throw new Error(`Seed ${SEED}, step ${step}: ${typed}`, { cause });
        }
      }
  }
  expect(asked).toBeGreaterThan(500);
  expect(read).toBeGreaterThan(50);
  for (const { db } of writers) db.close();
}, 120_000);
