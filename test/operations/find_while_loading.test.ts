import { afterAll, expect, test } from 'bun:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { makePosts } from '../library/synthetic.ts';
import { addCodes, scattered } from '../library/vectors/scattered.ts';
import { closeApps, setupApp } from '../support/app.ts';

afterAll(closeApps);

test('the first find by meaning lets the server answer while it reads the codes', async () => {
  const web = await setupApp();
  const { model } = web.embedder;
  web.library.save({ posts: makePosts(3) });
  for (const key of [1, 2, 3])
    web.library.saveVectors(model, [{ key, vector: scattered(key, 384) }]);
  addCodes(web.database, 20_000, model);

  const events: string[] = [];
  const found = web.json('/api/find?like=test:1').then(async (answer) => {
    events.push('found');
    return answer.json();
  });
  while (!events.includes('found')) {
    await web.json('/api/posts?q=post');
    events.push('answered');
    await nextTurn();
  }
  expect(await found).toMatchObject({ total: 2 });
  // Read in one turn, one request at most would be answered before.
  expect(events.indexOf('found')).toBeGreaterThan(3);
});
