import { afterAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { freshDataDir, stopServers } from '../support/server.ts';

afterAll(stopServers);

const SHUTDOWN = join(import.meta.dir, '../../src/app/shutdown.ts');

/**
 * A process that shuts down without a signal, and whose schedules stop when it reads `go`. Its clock says
 * what it reads otherwise, in ms.
 */
const PROGRAM = `
  const { shutDown } = await import(${JSON.stringify(SHUTDOWN)});
  let now = 0;
  performance.now = () => now;
  const { promise, resolve } = Promise.withResolvers();
  process.stdin.on('data', (chunk) => {
    for (const line of chunk.toString().split('\\n').filter(Boolean)) {
      if (line === 'go') resolve();
      else now = Number(line);
      console.log(line);
    }
  });
  const nothing = async () => {};
  const deps = {
    schedules: {
      stop() {
        // It comes after the listener of the shutdown.
        process.on('SIGTERM', () => console.log('signalled'));
        console.log('stopping');
        return promise;
      },
    },
    embedder: { close: nothing },
    health: { stop: nothing },
  };
  const logger = { error: console.error, info() {} };
  await shutDown({ deps, drainMs: 0, logger });
`;

function started() {
  const env = { ...process.env, XGPT_DATA_DIR: freshDataDir() };
  const command = [process.execPath, '-e', PROGRAM];
  const child = Bun.spawn(command, { env, stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' });
  const output = child.stdout.getReader();
  let text = '';
  /** Reads until the process has written the line. */
  const says = async (line: string) => {
    while (!text.includes(`${line}\n`)) {
      const { value, done } = await output.read();
      if (done) throw new Error(`It ended without ${line}: ${text}`);
      text += Buffer.from(value).toString();
    }
  };
  const tell = async (line: string) => {
    child.stdin.write(`${line}\n`);
    await child.stdin.flush();
    await says(line);
  };
  return { child, says, tell };
}

describe('a shutdown that no signal has begun', () => {
  test('ends in order when a signal comes, however late', async () => {
    const { child, says, tell } = started();
    await says('stopping');
    await tell('5000');
    child.kill('SIGTERM');
    await says('signalled');
    await tell('go');
    expect(await child.exited).toBe(0);
  });

  test('ends at once when a second signal comes later', async () => {
    const { child, says, tell } = started();
    await says('stopping');
    child.kill('SIGTERM');
    await says('signalled');
    await tell('5000');
    child.kill('SIGTERM');
    expect(await child.exited).toBe(1);
  });
});
