import { afterAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { freshDataDir, stopServers } from '../support/server.ts';
import { until } from '../support/wait.ts';
import type { Json } from './agents.ts';

afterAll(stopServers);

const PROGRAM = join(import.meta.dir, '../../bin/xgpt');

/** `xgpt mcp` in a data folder of its own, where a page of 20 posts takes so many ms. */
function piped(pageMs: number, dataDir = freshDataDir()) {
  const env = { ...process.env, XGPT_DATA_DIR: dataDir, XGPT_SAMPLE_PAGE_MS: String(pageMs) };
  const child = Bun.spawn([PROGRAM, 'mcp'], { env, stdin: 'pipe', stdout: 'pipe', stderr: 'pipe' });
  let output = '';
  const reading = (async () => {
    for await (const chunk of child.stdout) output += Buffer.from(chunk).toString();
  })();
  const send = (message: Json) => {
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    return child.stdin.flush();
  };
  const clientInfo = { name: 'piped', version: '1' };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
  send({ id: 0, method: 'initialize', params });
  return {
    child,
    send,
    call: (id: number, name: string, args: Json, _meta?: Json) =>
      send({
        id,
        method: 'tools/call',
        params: { name, arguments: args, ...(_meta && { _meta }) },
      }),
    answered: (text: string | RegExp) => until(`it says ${text}`, () => output.match(text)?.[0]),
    ended: async () => {
      const code = await child.exited;
      await reading;
      return { code, output };
    },
  };
}

const TASKS = {
  'io.modelcontextprotocol/clientCapabilities': {
    extensions: { 'io.modelcontextprotocol/tasks': {} },
  },
};

const LONG = { username: 'aurora_lab', maxTweets: 5_000 };

describe('an agent that closes the pipe while a job runs', () => {
  test('FEATURES 57: has the process end with code 0 when it sends SIGTERM, as the official client does', async () => {
    const { child, call, answered, ended } = piped(300);
    await call(1, 'scrape', LONG, TASKS);
    const id = await answered(/scrape-[\da-f-]{36}/);
    await call(2, 'get_job', { id, waitSeconds: 1 });
    await answered(/"id":2\b/);
    await child.stdin.end();
    // The client sends it 2 s later; 1 s after the beginning of an end it used to count as the second.
    await Promise.race([child.exited, Bun.sleep(1_500)]);
    child.kill('SIGTERM');
    expect((await ended()).code).toBe(0);
  });
});
