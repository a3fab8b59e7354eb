import { afterAll, expect, test } from 'bun:test';
import { join } from 'node:path';
import { startServer, stopServers } from '../support/server.ts';

afterAll(stopServers);

const ROOT = join(import.meta.dir, '../..');
const document = await Bun.file(join(ROOT, 'docs/agents.md')).text();

/** The shell blocks of the last section. */
const [, examples = ''] = document.split('\n## Without an assistant\n');
const blocks = [...examples.matchAll(/^```sh\n([\s\S]*?)\n```$/gm)].map(([, block = '']) => block);
const [overHttp = '', overPipe = ''] = blocks;

test('FEATURES 57: both examples answer as docs/agents.md says', async () => {
  expect(blocks).toHaveLength(2);
  const server = await startServer();
  const run = async (command: string) => {
    const env = { ...process.env, XGPT_DATA_DIR: server.dataDir, XGPT_LOG_LEVEL: 'warn' };
    const child = Bun.spawn(['sh', '-c', command], { env, stderr: 'pipe' });
    const text = await new Response(child.stdout).text();
    if ((await child.exited) !== 0) throw new Error(await new Response(child.stderr).text());
    return text;
  };
  if (Bun.which('curl')) {
    const handle = await run(overHttp.replace('localhost:3000', server.url));
    const { result } = JSON.parse(handle) as { result: { taskId: string } };
    expect(result).toMatchObject({ resultType: 'task', status: 'working' });
    expect((await server.ended(result.taskId)).agent).toBe('shell');
  }
  const answers = await run(overPipe.replace(/^xgpt/, `'${join(ROOT, 'bin/xgpt')}'`));
  const [hello, found] = answers
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(hello.result.protocolVersion).toBe('2025-11-25');
  expect(found.result.content[0].text).toStartWith('{"notice":');
});
