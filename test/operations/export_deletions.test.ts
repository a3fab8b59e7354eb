import { expect, test } from 'bun:test';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Embedder } from '../../src/embedding/index.ts';
import { everything } from '../../src/operations/find/everything.ts';
import { exportLines } from '../../src/operations/find/export.ts';
import { type TypedFind, toFindRequest } from '../../src/operations/find/request.ts';
import { exportResponse } from '../../src/web/http/exports.ts';
import { makePost, setup } from '../library/synthetic.ts';

const embedder = { model: 'none', isReady: async () => false } as unknown as Embedder;
const POSTS = 2_000;

function filled() {
  const { db, library } = setup();
  library.savePosts(
    Array.from({ length: POSTS }, (_, at) =>
      makePost(at, { text: 'kettle', author: at % 4 === 0 ? 'bo' : 'ada', likes: at % 5 }),
    ),
  );
  const exported = (typed: Partial<TypedFind>) =>
    everything({ library, embedder }, toFindRequest({ by: 'words', ...typed } as TypedFind, 0));
  return { db, exported };
}

const QUERIES: Partial<TypedFind>[] = [
  { q: 'from:ada' },
  { q: 'kettle' },
  { q: 'kettle from:ada', sort: 'newest' },
  { q: 'min_likes:1 -from:bo' },
];

test.each(QUERIES)(
  'an export of %j from which posts are deleted meanwhile ends with an error',
  async (typed) => {
    const { db, exported } = filled();
    const ids = new Set<string>();
    const read = async () => {
      for await (const batch of exported(typed)) {
        for (const { id } of batch) ids.add(id);
        // Once the posts to come are known; of those that are ranked these are found last.
        if (ids.size > (typed.q === 'kettle' ? 1_000 : 250))
          db.run("DELETE FROM posts WHERE author = 'ada' AND key < 100");
      }
    };
    await expect(read()).rejects.toThrow(/^\d+ posts were deleted meanwhile, so this is not all/);
    expect(ids.size).toBeGreaterThan(500);
  },
);

test.each(QUERIES)('an export of %j is whole when others are deleted meanwhile', async (typed) => {
  const { db, exported } = filled();
  const isOfBo = typed.q === 'kettle';
  let count = 0;
  for await (const batch of exported(typed)) {
    count += batch.length;
    if (!isOfBo) db.run("DELETE FROM posts WHERE author = 'bo'");
  }
  expect(count).toBeGreaterThan(1_000);
});

test('its transfer is broken off, so that it is not taken for the whole', async () => {
  const { db, exported } = filled();
  const lines = exportLines(exported({ q: 'from:ada' }), 'jsonl');
  const told: unknown[] = [];
  const options = {
    format: 'jsonl',
    isDownload: true,
    onError: (error: unknown) => told.push(error),
    connection: { request: new Request('http://localhost'), server: null },
  } as const;
  const answer = await exportResponse(lines, options);
  const read = async () => {
    let count = 0;
    for await (const _ of answer.body ?? [])
      if (++count === 3) db.run("DELETE FROM posts WHERE author = 'ada' AND key < 100");
  };
  await expect(read()).rejects.toThrow('deleted meanwhile');
  expect(told).toHaveLength(1);
});

test('what was sent before arrives, also when the client reads late: whole lines, and no end of the body', async () => {
  const { db, exported } = filled();
  const failed = Promise.withResolvers<void>();
  using server = Bun.serve({
    port: 0,
    idleTimeout: 30,
    fetch(request, { timeout }) {
      const lines = exportLines(exported({ q: 'from:ada' }), 'jsonl');
      return exportResponse(lines, {
        format: 'jsonl',
        isDownload: true,
        onError: () => failed.resolve(),
        // Sooner than usual.
        connection: { request, server: { timeout: () => timeout.call(server, request, 1) } },
      });
    },
  });
  const deleted = db.query("DELETE FROM posts WHERE author = 'ada' AND key < 100");
  const socket = connect(server.port as number, 'localhost');
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(socket, 'readable');
  deleted.run();
  await failed.promise;
  let answer = '';
  for await (const bytes of socket) answer += bytes;
  const body = answer.slice(answer.indexOf('\r\n\r\n') + 4);
  const lines = body
    .replace(/(^|\r\n)[\da-f]+\r\n/g, '')
    .trimEnd()
    .split('\n');
  expect(new Set(lines.map((line) => JSON.parse(line).id)).size).toBe(1_426);
  expect(body).toEndWith('}\n\r\n');
}, 60_000);
