/** Over a socket, where Elysia gives handlers only what their source names. */
import { afterAll, expect, test } from 'bun:test';
import { closeApps, setupApp } from '../support/app.ts';

afterAll(closeApps);

test('a webhook and credentials are removed over a connection, and its address is recorded', async () => {
  const web = await setupApp({ XGPT_PRIVATE_WEBHOOKS: 'on' });
  const { server } = web.app.listen({ port: 0, hostname: '127.0.0.1' });
  const send = async (method: string, path: string) =>
    (await fetch(`http://127.0.0.1:${server?.port}${path}`, { method })).status;
  const { webhook } = await web.webhooks.add({ url: 'http://127.0.0.1:9/' });
  expect(await send('DELETE', '/api/webhooks/none')).toBe(404);
  expect(await send('POST', '/api/webhooks/none/remove')).toBe(404);
  expect(await send('DELETE', `/api/webhooks/${webhook.id}`)).toBe(200);
  expect(await send('DELETE', '/api/sources/none/credentials')).toBe(404);
  expect(await send('DELETE', '/api/sources/bluesky/credentials')).toBe(200);
  expect(await send('POST', '/api/sources/bluesky/credentials/remove')).toBe(200);
  const { entries } = await web.tracker.audit.list({ kind: 'webhook', action: 'remove' });
  expect(entries.map(({ by }) => by.address)).toEqual(['127.0.0.1']);
  await server?.stop(true);
});
