import { existsSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dir, '..');

/** Installs what `bench/package.json` names, once. The program itself needs none of it. */
export function installPeers(): void {
  if (existsSync(join(FOLDER, 'node_modules'))) return;
  console.error('Installing the peers into bench/node_modules …');
  const { exitCode } = Bun.spawnSync([process.execPath, 'install', '--frozen-lockfile'], {
    cwd: FOLDER,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (exitCode !== 0) throw new Error('The peers could not be installed.');
}
