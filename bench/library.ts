/**
 * The cost of the library: `bun bench/library.ts [posts]` (100,000 by default, which needs about 1 GB
 * in the temporary folder). All data is generated from one seed.
 */
import type { Database } from 'bun:sqlite';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLibrary } from '../src/library/index.ts';
import { loadVectorFunctions } from '../src/library/vectors/vector_store.ts';
import { openDatabase } from '../src/platform/database.ts';
import type { Post } from '../src/sources/post.ts';

const POSTS = Number(process.argv[2] ?? 100_000);
const DIMENSIONS = 384;
const RUNS = 15;
const MODEL = 'synthetic-384';

const random = seeded(20_261_101);
const vocabulary = Array.from({ length: 20_000 }, madeUpWord);
const folder = mkdtempSync(join(tmpdir(), 'xgpt-bench-'));
try {
  measureSaving();
  measureReading();
} finally {
  rmSync(folder, { recursive: true });
}

function measureSaving() {
  heading('saving, posts/s, one durable transaction a page');
  for (const page of [20, 100]) {
    const posts = makePosts(Math.min(POSTS, 20_000));
    const ceiling = perSecond(posts.length, rawInsert(posts, page));
    const db = open(`save-${page}`);
    const first = perSecond(posts.length, savePages(db, posts, page));
    const again = perSecond(posts.length, savePages(db, posts, page));
    db.close();
    row(`bare table, pages of ${page}`, ceiling);
    row(`savePosts, pages of ${page}`, first, first / ceiling);
    row(`savePosts of the same posts again`, again, again / ceiling);
  }
}

function measureReading() {
  const db = open('read');
  const library = createLibrary(db);
  savePages(db, makePosts(POSTS), 1000);
  measureWords(db);
  for (const size of [POSTS / 10, POSTS]) measureMeaning(db, size);
  heading(`what is left to embed, ms (all ${POSTS} posts have a vector)`);
  row(
    'countWithoutVector',
    time(() => library.countWithoutVector(MODEL)),
  );
  row(
    'countWithoutVector of a new model',
    time(() => library.countWithoutVector('new')),
  );
  const limit = 32;
  row(
    'postsWithoutVector, none left',
    time(() => library.postsWithoutVector(MODEL, { limit })),
  );
  row(
    'postsWithoutVector of a new model',
    time(() => library.postsWithoutVector('new', { limit })),
  );
  db.close();
}

function measureWords(db: Database) {
  const library = createLibrary(db);
  const scan = db.query("SELECT count(*) FROM posts WHERE text LIKE '%' || ? || '%'");
  heading(`pages of 20 with their total among ${POSTS} posts, ms`);
  const [common = '', rare = ''] = [vocabulary[0], vocabulary[15_000]];
  const ceiling = time(() => scan.get(rare));
  row('scan with LIKE', ceiling);
  const queries = {
    newest: {},
    'by author': { author: 'author_7' },
    'by source': { source: 'bench' },
    'rare word': { q: rare },
    'common word': { q: common },
    'common word of an author': { q: common, author: 'author_7' },
    'common word of a source': { q: common, source: 'bench' },
    'common and rare word': { q: `${common} ${rare}` },
    'one letter': { q: rare.slice(0, 1) },
    'Japanese word': { q: '宇宙' },
  };
  for (const [name, query] of Object.entries(queries)) {
    const ms = time(() => library.posts(query));
    row(`${name} (${library.posts(query).total} match)`, ms, ms / ceiling);
  }
}

function measureMeaning(db: Database, size: number) {
  const library = createLibrary(db);
  db.run('DELETE FROM vectors');
  heading(`10 nearest of ${size} vectors of ${DIMENSIONS} dimensions, ms`);
  const vectors = Array.from({ length: size }, (_, i) => ({ key: i + 1, vector: unitVector() }));
  const saving = performance.now();
  for (let i = 0; i < size; i += 100) library.saveVectors(MODEL, vectors.slice(i, i + 100));
  const saved = perSecond(size, performance.now() - saving);
  loadVectorFunctions(db);
  fillOthers(db);
  const query = unitVector();
  const bytes = new Uint8Array(query.buffer);
  const inVec0 = db.query(
    'SELECT rowid, distance FROM bench_vec0 WHERE embedding MATCH ? AND k = 10 ORDER BY distance',
  );
  const withoutRowid = db.query(
    'SELECT post_key, vec_distance_L2(embedding, ?) AS d FROM bench_without_rowid WHERE model = ? ORDER BY d LIMIT 10',
  );
  const ours = time(() => library.postsLike(MODEL, query, 10));
  const vec0 = time(() => inVec0.all(bytes));
  row('postsLike (plain table)', ours, ours / vec0);
  row(
    'the same WITHOUT ROWID',
    time(() => withoutRowid.all(bytes, MODEL)),
  );
  row('vec0 virtual table', vec0, 1);
  row('saveVectors, vectors/s, 100 a transaction', saved);
}

function fillOthers(db: Database) {
  db.run('DROP TABLE IF EXISTS bench_vec0');
  db.run('DROP TABLE IF EXISTS bench_without_rowid');
  db.run(`CREATE VIRTUAL TABLE bench_vec0 USING vec0(embedding float[${DIMENSIONS}])`);
  db.run(
    'CREATE TABLE bench_without_rowid (post_key INTEGER, model TEXT, embedding BLOB, PRIMARY KEY (model, post_key)) WITHOUT ROWID',
  );
  db.run('INSERT INTO bench_vec0 (rowid, embedding) SELECT post_key, embedding FROM vectors');
  db.run('INSERT INTO bench_without_rowid SELECT post_key, model, embedding FROM vectors');
}

/** The time to insert the same values into a table without index, checks or full-text search, in ms. */
function rawInsert(posts: Post[], page: number): number {
  const db = open(`raw-${page}`);
  db.run('CREATE TABLE bare (source, id, author, name, text, at, links, media)');
  const insert = db.query('INSERT INTO bare VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const insertPage = db.transaction((items: Post[]) => {
    for (const p of items) {
      const json = [JSON.stringify(p.links), JSON.stringify(p.media)] as const;
      insert.run(p.source, p.id, p.author, p.authorName, p.text, p.createdAt.getTime(), ...json);
    }
  });
  const start = performance.now();
  for (let i = 0; i < posts.length; i += page) insertPage(posts.slice(i, i + page));
  const took = performance.now() - start;
  db.close();
  return took;
}

function savePages(db: Database, posts: Post[], page: number): number {
  const library = createLibrary(db);
  const start = performance.now();
  for (let i = 0; i < posts.length; i += page) library.savePosts(posts.slice(i, i + page));
  return performance.now() - start;
}

function makePosts(count: number): Post[] {
  return Array.from({ length: count }, (_, i) => ({
    source: 'bench',
    id: String(1_800_000_000_000_000_000n + BigInt(i)),
    kind: 'post',
    author: `author_${i % 200}`,
    authorName: `Author ${i % 200}`,
    text: i % 50 === 0 ? `宇宙の話 ${makeText()}` : makeText(),
    createdAt: new Date(1_700_000_000_000 + Math.floor(random() * 1e10)),
    links: [{ text: 'example.org', url: 'https://example.org/page' }],
    media: [],
    likes: i % 100,
  }));
}

/** Twenty words; few are frequent and most are rare, as in any language. */
function makeText(): string {
  const pick = () => vocabulary[Math.floor(vocabulary.length * random() ** 4)];
  return Array.from({ length: 20 }, pick).join(' ');
}

function madeUpWord(): string {
  const syllable = () => `${oneOf('bdfgklmnprstv')}${oneOf('aeiou')}`;
  return Array.from({ length: 3 + Math.floor(random() * 3) }, syllable).join('');
}

function oneOf(letters: string): string {
  return letters.charAt(Math.floor(random() * letters.length));
}

function unitVector(): Float32Array {
  const vector = Float32Array.from({ length: DIMENSIONS }, () => random() - 0.5);
  const length = Math.hypot(...vector);
  return vector.map((x) => x / length);
}

/** Mulberry32. */
function seeded(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Median of several runs after a warm-up, in ms. */
function time(run: () => unknown): number {
  run();
  const times = Array.from({ length: RUNS }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? Number.NaN;
}

function perSecond(count: number, ms: number): number {
  return (count / ms) * 1000;
}

function open(name: string): Database {
  return openDatabase(join(folder, `${name}.sqlite`));
}

function heading(text: string) {
  console.log(`\n${text}`);
}

function row(name: string, value: number, ratio?: number) {
  const figure = value >= 1000 ? value.toFixed(0) : value.toPrecision(3);
  console.log(
    `  ${name.padEnd(46)}${figure.padStart(10)}${ratio ? ratio.toFixed(2).padStart(9) : ''}`,
  );
}
