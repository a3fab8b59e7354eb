import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where a program is, and the environment in which it finds its libraries. */
export interface Installed {
  path: string;
  /** The folder that holds `usr`: `/`, or the one into which the packages were unpacked. */
  root: string;
  env: Record<string, string | undefined>;
}

/** Timeout of the hook that calls `find`, in ms: the first run downloads packages. */
export const DOWNLOAD_TIMEOUT_MS = 300_000;

const SYSTEM_PATH = `${process.env.PATH}:/usr/sbin:/usr/local/sbin`;

/**
 * Finds programs. Missing ones are downloaded as Debian packages and unpacked into a cache: this needs no
 * administrator, and starts no service and changes nothing on the system.
 * @param packages program → the Debian package that holds it.
 * @param name of the cache's folder, which is kept between runs.
 */
export function programFinder<Program extends string>(
  packages: Record<Program, string>,
  name: string,
) {
  const cache = join(import.meta.dir, '../../node_modules/.cache', name);
  const names = Object.keys(packages) as Program[];
  let found: Promise<Record<Program, Installed>> | undefined;

  async function locateAll(): Promise<Record<Program, Installed>> {
    const missing = names.filter((program) => !locate(program, cache));
    if (missing.length > 0) await download(missing, packages, cache);
    return Object.fromEntries(names.map((program) => [program, locate(program, cache)])) as Record<
      Program,
      Installed
    >;
  }

  /** @throws when a program is missing and cannot be downloaded; the message says what to install. */
  return function find(): Promise<Record<Program, Installed>> {
    found ??= locateAll();
    return found;
  };
}

function locate(name: string, cache: string): Installed | undefined {
  const PATH = [SYSTEM_PATH, ...versionedFolders('/')].join(':');
  const path = Bun.which(name, { PATH });
  if (path) return { path, root: '/', env: process.env };
  const unpacked = [
    ...['usr/sbin', 'usr/bin', 'bin'].map((one) => join(cache, one)),
    ...versionedFolders(cache),
  ]
    .map((folder) => join(folder, name))
    .find((candidate) => existsSync(candidate));
  return unpacked ? { path: unpacked, root: cache, env: unpackedEnv(cache) } : undefined;
}

/** Debian's PostgreSQL has a folder for each version; the newest comes first. */
function versionedFolders(root: string): string[] {
  const versions = join(root, 'usr/lib/postgresql');
  if (!existsSync(versions)) return [];
  const numbers = readdirSync(versions).sort((a, b) => Number(b) - Number(a));
  return numbers.map((number) => join(versions, number, 'bin'));
}

/** Where the unpacked programs find their libraries, and systemd-analyze the units of the system. */
function unpackedEnv(cache: string): Record<string, string | undefined> {
  const libraries = existsSync(join(cache, 'usr/lib')) ? readdirSync(join(cache, 'usr/lib')) : [];
  const folders = libraries
    .filter((name) => name.endsWith('-linux-gnu'))
    .flatMap((name) => [join(cache, 'usr/lib', name), join(cache, 'usr/lib', name, 'systemd')]);
  const units = ['lib', 'usr/lib'].map((lib) => join(cache, lib, 'systemd/system'));
  return {
    ...process.env,
    LD_LIBRARY_PATH: folders.join(':'),
    SYSTEMD_UNIT_PATH: units.join(':'),
  };
}

async function download<Program extends string>(
  missing: Program[],
  packages: Record<Program, string>,
  cache: string,
): Promise<void> {
  const wanted = missing.map((name) => packages[name]);
  const folder = await mkdtemp(join(tmpdir(), 'xgpt-packages-'));
  try {
    if (!Bun.which('apt-get')) throw new Error('There is no apt-get.');
    await fetchPackages(folder, wanted);
    await unpack(folder, missing, cache);
  } catch (cause) {
    throw new Error(
      `These tests need ${missing.join(', ')}. They could not be downloaded as Debian packages: ` +
        `${(cause as Error).message}\nInstall them, for example with: apt-get install ${wanted.join(' ')}`,
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

async function unpack(folder: string, missing: string[], cache: string): Promise<void> {
  await mkdir(join(cache, '..'), { recursive: true });
  const partial = await mkdtemp(`${cache}.`);
  for (const name of readdirSync(join(folder, 'archives'))) {
    if (name.endsWith('.deb')) {
      await run(['dpkg-deb', '--extract', join(folder, 'archives', name), partial]);
    }
  }
  if (missing.every((name) => locate(name, cache))) {
    // Another test process has unpacked them meanwhile.
    await rm(partial, { recursive: true, force: true });
    return;
  }
  await rm(cache, { recursive: true, force: true });
  await rename(partial, cache);
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
