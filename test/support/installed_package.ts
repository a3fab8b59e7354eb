import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dir, '../..');

const folders: string[] = [];

/**
 * A folder in which xgpt is installed as npm would do it: unpacked from its package, beside the packages
 * that it needs.
 */
export function folderWithPackage(): string {
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-installed-'));
  folders.push(folder);
  const packages = join(folder, 'node_modules');
  mkdirSync(join(packages, 'xgpt'), { recursive: true });
  const archive = join(folder, 'xgpt.tgz');
  run([process.execPath, 'pm', 'pack', '--filename', archive, '--quiet']);
  run(['tar', 'xzf', archive, '-C', join(packages, 'xgpt'), '--strip-components=1']);
  for (const name of dependencies()) {
    const path = join(packages, name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), path);
  }
  mkdirSync(join(packages, '.bin'));
  symlinkSync(join(packages, 'xgpt/bin/xgpt'), join(packages, '.bin/xgpt'));
  symlinkSync(process.execPath, join(packages, '.bin/bun'));
  return folder;
}

/** Each test file that installs the package calls it in `afterAll`. */
export function removeFoldersWithPackage(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

function run(command: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(command, { cwd: ROOT, stdout: 'ignore' });
  if (exitCode !== 0) throw new Error(`${command.join(' ')}: ${stderr.toString()}`);
}

/** `zod`, `@elysiajs/html` … */
function* dependencies(): Generator<string> {
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (name.startsWith('.')) continue;
    if (!name.startsWith('@')) yield name;
    else for (const of of readdirSync(join(ROOT, 'node_modules', name))) yield `${name}/${of}`;
  }
}
