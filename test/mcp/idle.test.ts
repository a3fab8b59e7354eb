import { afterAll, expect, test } from 'bun:test';
import { join } from 'node:path';
import { startServer, stopServers } from '../support/server.ts';

afterAll(stopServers);

test('FEATURES 57: a server loads nothing for agents before the first of them asks', async () => {
  const preload = join(import.meta.dir, '../support/refuse_agents.ts');
  const server = await startServer(undefined, {}, [], ['--preload', preload]);
  const { id } = await server.start('scrape', { username: 'aurora_lab', maxTweets: '20' });
  expect((await server.ended(id)).status).toBe('completed');
  expect((await fetch(server.url)).status).toBe(200);
  expect(server.log().join('\n')).not.toInclude('was loaded');
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
  const asked = await fetch(`${server.url}/mcp`, { method: 'POST', body });
  expect(asked.status).toBe(500);
  expect(server.log().join('\n')).toInclude('src/mcp/index.ts was loaded');
});
