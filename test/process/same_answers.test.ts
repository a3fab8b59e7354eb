import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { join } from 'node:path';
import { createClient } from '../../src/client/index.ts';
import { createLibrary } from '../../src/library/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import type { Post, PostMedia } from '../../src/sources/post.ts';
import { CACHED_MODEL, FETCH_TIMEOUT_MS, fillModelCache } from '../support/model_cache.ts';
import { freshDataDir, startServer, stopServers, type TestServer } from '../support/server.ts';
import { run, stopCommands } from '../support/terminal.ts';

// The server and each command are processes of their own, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(stopCommands);
afterAll(stopServers);

const MODEL = { XGPT_MODEL_DIR: CACHED_MODEL };

const TEXTS: [author: string, text: string, other?: Partial<Post>][] = [
  ['ada', 'Sushi and rice rolls for dinner', { likes: 12 }],
  ['ada', 'A raw fish roll from the harbour'],
  ['bo', 'Sushi again, with soup', { kind: 'reply', inReplyToId: '0' }],
  ['bo', 'My telescope shows the rings of Saturn'],
  ['bo', 'The night sky was clear: planets everywhere', { source: 'archive' }],
  ['cleo', 'Machine learning is fun'],
  ['cleo', 'Learning to use the sewing machine', { likes: 3 }],
  ['cleo', 'I write C++ and c# all day, colour me tired'],
  ['dima', 'Сегодня в Москве идёт снег', { language: 'ru' }],
  ['emi', '東京都でラーメンを食べました', { language: 'ja' }],
  ['pawel', 'Łódź w nocy, and the stars above it'],
  ['fay', 'Telescopes, sushi, and <b>more</b> & "more"', { source: 'archive' }],
  ['fay', 'Stargazing with a new lens tonight', { media: [photo('1')] }],
  ['ada', 'Soup of the day: lentil soup', { links: [link('soup.example')] }],
];

function photo(name: string): PostMedia {
  return { type: 'photo', url: `https://pictures.example/${name}.jpg` };
}

function link(host: string) {
  return { text: host, url: `https://${host}/` };
}

function posts(): Post[] {
  return TEXTS.map(([author, text, other], index) => ({
    source: 'sample',
    id: `${index}`,
    kind: 'post',
    author,
    authorName: author,
    text,
    // Printed by the terminal, where no id is.
    url: `https://posts.example/${index}`,
    createdAt: new Date(Date.UTC(2026, 0, 1 + index)),
    links: [],
    media: [],
    ...other,
  }));
}

interface Query {
  q?: string;
  like?: string;
  by?: 'words' | 'meaning' | 'best';
  sort?: 'newest';
  author?: string;
  source?: string;
  since?: string;
  until?: string;
}

/** Each with the ids of what it has to find, in that order when by time; absent where the model decides. */
const QUERIES: [name: string, query: Query, found?: number[]][] = [
  ['words', { q: 'sushi', by: 'words' }, [0, 2, 11]],
  ['other forms of a word', { q: 'telescope', by: 'words' }, [3, 11]],
  ['a phrase', { q: '"machine learning"' }, [5]],
  ['an exclusion', { q: 'sushi -soup', by: 'words' }, [0, 11]],
  ['OR', { q: 'telescope OR sewing', by: 'words' }, [3, 6, 11]],
  ['operators', { q: 'from:ada -is:reply min_likes:5' }, [0]],
  [
    'fields',
    { q: 'soup', by: 'words', author: '@ADA', source: 'sample', since: '2026-01-02' },
    [13],
  ],
  ['a prefix', { q: 'tele*', by: 'words' }, [3, 11]],
  ['letters that are not Latin', { q: '東京', by: 'words' }, [9]],
  ['folded letters', { q: 'lodz OR москве OR c#', by: 'words' }, [7, 8, 10]],
  ['meaning', { q: 'watching the night sky', by: 'meaning' }],
  ['best', { q: 'sushi dinner -soup' }],
  ['more like this', { like: 'sample:3', q: 'from:bo OR from:fay' }],
  ['newest', { q: 'sushi', sort: 'newest', until: '2026-01-11' }, [2, 0]],
];

/** Everywhere that a find is answered; each gives the ids of posts in the order of its answer. */
type WayIn = (query: Query) => Promise<string[]>;

let dataDir: string;
let server: TestServer;

beforeAll(async () => {
  await fillModelCache();
  dataDir = freshDataDir();
  const db = openDatabase(join(dataDir, 'xgpt.sqlite'));
  createLibrary(db).save({ posts: posts() });
  db.close();
  server = await startServer(dataDir, MODEL);
  const { id } = await server.start('embed', {});
  expect((await server.ended(id)).status).toBe('completed');
}, FETCH_TIMEOUT_MS);

const WEB: Record<string, WayIn> = {
  'the page': async (query) => linked(await get('/find', query, 'text/html')),
  'the fragment': async (query) => linked(await get('/api/find', query, 'text/html')),
  'plain text': async (query) => printed(await get('/api/find', query, 'text/plain')),
  JSON: async (query) =>
    JSON.parse(await get('/api/find', query, 'application/json')).posts.map(idOf),
  CSV: async (query) => columnOf(await get('/api/find', query, 'text/csv')),
  'JSON lines': async (query) => lines(await get('/api/find', query, 'application/x-ndjson')),
  'a download': async (query) =>
    lines(await get('/api/find', { ...query, format: 'jsonl' }, 'text/html')),
  'the client': async (query) => {
    const { posts } = await createClient({ url: server.url }).find({ ...query, limit: 100 });
    return posts.map(idOf);
  },
  'the client, all of it': async (query) => {
    const all = createClient({ url: server.url }).findAll({ ...query });
    return (await Array.fromAsync(all)).map(idOf);
  },
};

const TERMINAL: Record<string, WayIn> = {
  'as text': async (query) => printed(await xgpt(query)),
  'as CSV': async (query) => columnOf(await xgpt(query, '--csv')),
};

const ALONE: Record<string, WayIn> = {
  'as JSON lines': async (query) => lines(await xgpt(query, '--json')),
};

async function get(path: string, query: object, accept: string): Promise<string> {
  const search = new URLSearchParams({ ...query, limit: '100' });
  const answer = await fetch(`${server.url}${path}?${search}`, { headers: { accept } });
  expect(answer.status).toBe(200);
  return answer.text();
}

async function xgpt({ q = '', ...options }: Query, ...words: string[]): Promise<string> {
  const typed = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const found = await run(['find', ...typed, ...words, '--', q], { dataDir, env: MODEL });
  expect(found.code).toBe(0);
  return found.stdout;
}

const idOf = ({ id }: { id: string }) => id;

const lines = (text: string) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => idOf(JSON.parse(line)));

const printed = (text: string) =>
  [...text.matchAll(/^ {2}https:\/\/posts\.example\/(\d+)$/gm)].map(([, id = '']) => id);

const columnOf = (csv: string) =>
  csv
    .trimEnd()
    .split('\r\n')
    .slice(1)
    .map((row) => row.split(',')[1] ?? '');

/** The posts that articles lead to. */
function linked(html: string): string[] {
  const ids: string[] = [];
  new HTMLRewriter()
    .on('article.post .post-links a[href^="/posts/"]', {
      element: (link) => {
        ids.push(link.getAttribute('href')?.split('/').at(-1) ?? '');
      },
    })
    .transform(html);
  return ids;
}

const byNumber = (a: string, b: string) => Number(a) - Number(b);

/** The answers of all ways in, which have to equal that of the first. */
const answers = new Map<string, string[]>();

async function expectSame(ways: Record<string, WayIn>, name: string): Promise<void> {
  const [, query, known] = QUERIES.find(([one]) => one === name) as (typeof QUERIES)[0];
  const found = await Promise.all(
    Object.entries(ways).map(async ([way, ask]) => [way, await ask(query)] as const),
  );
  const expected = answers.get(name) ?? found[0]?.[1] ?? [];
  answers.set(name, expected);
  expect(expected.length).toBeGreaterThan(0);
  if (known) expect(query.sort ? expected : expected.toSorted(byNumber)).toEqual(known.map(String));
  expect(Object.fromEntries(found)).toEqual(
    Object.fromEntries(Object.keys(ways).map((way) => [way, expected])),
  );
}

describe('FEATURES 47: the same query gives the same posts in the same order', () => {
  test.each(QUERIES)('from the server: %s', (name) => expectSame(WEB, name));
  test.each(QUERIES)('in the terminal beside the server: %s', (name) => expectSame(TERMINAL, name));
  test('in the terminal without a server', async () => {
    await server.end('SIGTERM');
    await Promise.all(QUERIES.map(([name]) => expectSame(ALONE, name)));
  });
});
