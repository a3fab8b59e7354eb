import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The programs of these tests, each with the Debian package that holds it. */
const PACKAGES = {
  nginx: 'nginx',
  haproxy: 'haproxy',
  caddy: 'caddy',
  apache2: 'apache2-bin',
  openssl: 'openssl',
  'systemd-analyze': 'systemd',
} as const;

export type Program = keyof typeof PACKAGES;

/** Kept between runs, so that the packages are downloaded once per checkout. */
const CACHE = join(import.meta.dir, '../../node_modules/.cache/xgpt-deployment');

const SYSTEM_PATH = `${process.env.PATH}:/usr/sbin:/usr/local/sbin`;

/** Timeout of the hook that calls `findPrograms`, in ms: the first run downloads 20 MB. */
export const DOWNLOAD_TIMEOUT_MS = 300_000;

/** Where a program is, and the environment in which it finds its libraries. */
export interface Installed {
  path: string;
  /** The folder that holds `usr`: `/`, or the one into which the packages were unpacked. */
  root: string;
  env: Record<string, string | undefined>;
}

let found: Promise<Record<Program, Installed>> | undefined;

/**
 * The installed programs. Missing ones are downloaded as Debian packages and unpacked into the cache:
 * this needs no administrator, and starts no service and changes nothing on the system.
 * @throws when that is impossible; the message says what to install.
 */
export function findPrograms(): Promise<Record<Program, Installed>> {
  found ??= locateAll();
  return found;
}

async function locateAll(): Promise<Record<Program, Installed>> {
  const names = Object.keys(PACKAGES) as Program[];
  const missing = names.filter((name) => !locate(name));
  if (missing.length > 0) await download(missing);
  return Object.fromEntries(names.map((name) => [name, locate(name)])) as Record<
    Program,
    Installed
  >;
}

function locate(name: Program): Installed | undefined {
  const path = Bun.which(name, { PATH: SYSTEM_PATH });
  if (path) return { path, root: '/', env: process.env };
  const unpacked = ['usr/sbin', 'usr/bin', 'bin']
    .map((folder) => join(CACHE, folder, name))
    .find((path) => existsSync(path));
  return unpacked ? { path: unpacked, root: CACHE, env: unpackedEnv() } : undefined;
}

/** Where the unpacked programs find their libraries, and systemd-analyze the units of the system. */
function unpackedEnv(): Record<string, string | undefined> {
  const folders = readdirSync(join(CACHE, 'usr/lib'))
    .filter((name) => name.endsWith('-linux-gnu'))
    .flatMap((name) => [join(CACHE, 'usr/lib', name), join(CACHE, 'usr/lib', name, 'systemd')]);
  const units = ['lib', 'usr/lib'].map((lib) => join(CACHE, lib, 'systemd/system'));
  return {
    ...process.env,
    LD_LIBRARY_PATH: folders.join(':'),
    SYSTEMD_UNIT_PATH: units.join(':'),
  };
}

async function download(missing: Program[]): Promise<void> {
  const packages = missing.map((name) => PACKAGES[name]);
  const folder = await mkdtemp(join(tmpdir(), 'xgpt-packages-'));
  try {
    if (!Bun.which('apt-get')) throw new Error('There is no apt-get.');
    await fetchPackages(folder, packages);
    await unpack(folder, missing);
  } catch (cause) {
    throw new Error(
      `These tests need ${missing.join(', ')}. They could not be downloaded as Debian packages: ` +
        `${(cause as Error).message}\nInstall them, for example with: apt-get install ${packages.join(' ')}`,
      { cause },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Everything that apt writes goes to `folder`. The package lists of the system are used if it has any. */
async function fetchPackages(folder: string, packages: string[]): Promise<void> {
  await mkdir(join(folder, 'archives/partial'), { recursive: true });
  await mkdir(join(folder, 'lists/partial'), { recursive: true });
  const apt = ['apt-get', '-qq', '-o', 'Debug::NoLocking=1', '-o', `Dir::Cache=${folder}`];
  const install = ['install', '--download-only', '--yes', '--no-install-recommends', ...packages];
  try {
    await run([...apt, ...install]);
  } catch {
    // A container image has no package lists, or old ones.
    apt.push('-o', `Dir::State::Lists=${join(folder, 'lists')}`);
    await run([...apt, 'update']);
    await run([...apt, ...install]);
  }
}

async function unpack(folder: string, missing: Program[]): Promise<void> {
  await mkdir(join(CACHE, '..'), { recursive: true });
  const partial = await mkdtemp(`${CACHE}.`);
  for (const name of readdirSync(join(folder, 'archives'))) {
    if (name.endsWith('.deb')) {
      await run(['dpkg-deb', '--extract', join(folder, 'archives', name), partial]);
    }
  }
  if (missing.every((name) => locate(name))) {
    // Another test process has unpacked them meanwhile.
    await rm(partial, { recursive: true, force: true });
    return;
  }
  await rm(CACHE, { recursive: true, force: true });
  await rename(partial, CACHE);
}

/** @throws with the last line that the command wrote to its standard error. */
export async function run(
  command: string[],
  options: { env?: Record<string, string | undefined>; cwd?: string } = {},
): Promise<string> {
  const child = Bun.spawn(command, {
    ...options,
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [output, errors] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  if ((await child.exited) === 0) return output;
  throw new Error(`${command[0]}: ${errors.trim().split('\n').slice(-3).join('\n') || output}`);
}
