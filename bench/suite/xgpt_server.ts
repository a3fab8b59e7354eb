import { join } from 'node:path';
import { spawnChild } from '../suite/children.ts';

const MAIN = join(import.meta.dir, '../../src/main.ts');

export interface RunningServer {
  /** Without a trailing slash. */
  url: string;
  pid: number;
  stop(): Promise<void>;
}

/** The program's server on a free port, with its data in `folder`. */
export async function startXgpt(
  folder: string,
  settings: Record<string, string> = {},
): Promise<RunningServer> {
  return startServer([MAIN], settingsFor(folder, settings));
}

/** The settings of a server that takes as many jobs as come. */
export function settingsFor(
  folder: string,
  settings: Record<string, string>,
): Record<string, string> {
  return {
    PORT: '0',
    XGPT_DATA_DIR: folder,
    XGPT_LOG_LEVEL: 'error',
    XGPT_MAX_WAITING: '1000000',
    XGPT_MAX_WAITING_PER_CLIENT: '1000000',
    ...settings,
  };
}

/** A script that prints its address once it listens. */
export async function startServer(
  command: string[],
  env: Record<string, string> = {},
): Promise<RunningServer> {
  const child = spawnChild([process.execPath, ...command], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await addressIn(child.stdout);
  return {
    url,
    pid: child.pid,
    async stop() {
      child.kill('SIGTERM');
      await child.exited;
    },
  };
}

async function addressIn(stdout: ReadableStream<Uint8Array>): Promise<string> {
  for await (const chunk of stdout as unknown as AsyncIterable<Uint8Array>) {
    const address = /http:\/\/[^\s/]+/.exec(new TextDecoder().decode(chunk))?.[0];
    if (address) return address;
  }
  throw new Error('The server did not start.');
}
