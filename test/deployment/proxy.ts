import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastingPort } from '../support/port.ts';
import { until } from '../support/wait.ts';
import { writeCertificate } from './certificate.ts';
import { documentedFile, type ProxyName, type Variant } from './documented.ts';
import { type Place, PROGRAM_OF, prepare } from './prepare.ts';
import { findPrograms } from './programs.ts';
import { connects } from './request.ts';

/** The host name in the documented files. */
export const HOST = 'xgpt.example';

interface ProxyOptions extends Variant {
  /** The port to listen on, if it is free; otherwise, and by default, any free port. */
  wantedPort?: number;
  /** The port of xgpt. */
  upstream: number;
  /** Changes the documented file, for a test that shows what a line is for. */
  edit?: (file: string) => string;
}

export type TestProxy = Awaited<ReturnType<typeof startProxy>>;

const running = new Map<Bun.Subprocess, string>();

/** Ends all running proxies. Every test file that starts one calls this in `afterAll`. */
export async function stopProxies(): Promise<void> {
  for (const child of running.keys()) child.kill('SIGTERM');
  for (const [child, folder] of running) {
    await child.exited;
    rmSync(folder, { recursive: true, force: true });
  }
  running.clear();
}

/** Starts the real proxy with its documented file, and waits until it accepts connections. */
export async function startProxy(name: ProxyName, options: ProxyOptions) {
  const { tls, path, upstream, wantedPort, edit = (file: string) => file } = options;
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-proxy-'));
  await mkdir(join(folder, 'temp'));
  const port = wantedPort && isFree(wantedPort) ? wantedPort : Number(lastingPort());
  const program = (await findPrograms())[PROGRAM_OF[name]];
  const place: Place = {
    folder,
    port,
    otherPort: Number(lastingPort()),
    upstream,
    tls,
    root: program.root,
    certificate: await writeCertificate(folder),
  };
  const { files, command, env } = prepare(name, edit(documentedFile(name, { tls, path })), place);
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
  const child = Bun.spawn([program.path, ...command], {
    env: { ...program.env, ...env },
    stdin: 'ignore',
    stdout: Bun.file(join(folder, 'output.log')),
    stderr: Bun.file(join(folder, 'errors.log')),
  });
  running.set(child, folder);
  await listening(name, child, port, folder);
  const authority = `${HOST}:${port}`;
  return {
    port,
    tls,
    folder,
    base: path ? '/xgpt' : '',
    /** The `Host` that a browser sends. */
    host: authority,
    /** The `Origin` that a browser sends. */
    origin: `${tls ? 'https' : 'http'}://${authority}`,
    stop: async () => {
      child.kill('SIGTERM');
      await child.exited;
      running.delete(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function isFree(port: number): boolean {
  try {
    Bun.listen({ hostname: '127.0.0.1', port, socket: { data() {} } }).stop();
    return true;
  } catch {
    return false;
  }
}

async function listening(name: string, child: Bun.Subprocess, port: number, folder: string) {
  await until(`${name} listens on ${port}`, async () => {
    if (child.exitCode === null) return connects(port);
    const [output, errors] = await Promise.all(
      ['output.log', 'errors.log'].map((file) => Bun.file(join(folder, file)).text()),
    );
    throw new Error(`${name} ended with ${child.exitCode}: ${output}${errors}`);
  });
}
