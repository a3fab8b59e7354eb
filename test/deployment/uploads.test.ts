import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  accountFiles,
  manyTweets,
  part,
  temporaryFolder,
  writeZip,
} from '../support/archive_fixture.ts';
import { PROXIES } from './documented.ts';
import { DOWNLOAD_TIMEOUT_MS, findPrograms } from './programs.ts';
import { proxyFor, stopAll, WITH_TOKEN } from './setup.ts';

// Proxies and servers are processes of their own, on a machine that may be busy.
setDefaultTimeout(120_000);
beforeAll(async () => void (await findPrograms()), DOWNLOAD_TIMEOUT_MS);
afterAll(stopAll);

/** Beyond what nginx accepts by default (1 MB) and what it buffers in memory. */
const PADDING_BYTES = 3_000_000;

test.each(PROXIES)('an archive of more than 3 MB is uploaded through %s', async (name) => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, `${name}.zip`);
  await writeZip(path, {
    ...accountFiles(),
    'data/tweets.js': part('tweets.part0', manyTweets(5)),
    'data/padding.js': randomBytes(PADDING_BYTES).toString('base64'),
  });
  const proxy = await proxyFor(name, { tls: false, path: 'kept' });
  const body = new FormData();
  body.set('file', Bun.file(path), `${name}.zip`);
  const answer = await fetch(`http://127.0.0.1:${proxy.port}${proxy.base}/api/imports`, {
    method: 'POST',
    headers: { ...WITH_TOKEN, host: proxy.host, accept: 'application/json' },
    body,
  });
  expect([answer.status, await answer.text()]).toEqual([
    expect.any(Number),
    expect.stringContaining(`${name}.zip`),
  ]);
  expect(answer.status).toBeLessThan(300);
  await proxy.stop();
});
