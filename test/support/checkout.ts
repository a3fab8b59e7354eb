import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dir, '../..');

const checkouts: string[] = [];

/** What a fresh clone has: every file of the repository, and no packages. */
export function freshCheckout(): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'xgpt-checkout-')), 'of xgpt');
  checkouts.push(dirname(folder));
  for (const file of filesOfRepository()) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(ROOT, file), join(folder, file));
  }
  return folder;
}

/** Each test file that makes a checkout calls this in `afterAll`. */
export function removeCheckouts(): void {
  for (const folder of checkouts.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Those of git that exist; without git, all but what is installed or collected. */
function filesOfRepository(): string[] {
  const { exitCode, stdout } = Bun.spawnSync(
    ['git', 'ls-files', '--cached', '--others', '--exclude-standard', '-z'],
    { cwd: ROOT, stderr: 'ignore' },
  );
  if (exitCode === 0) {
    return stdout
      .toString()
      .split('\0')
      .filter((file) => file && existsSync(join(ROOT, file)));
  }
  return readdirSync(ROOT, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1))
    .filter((file) => !/^(node_modules|data|\.git)\//.test(file));
}

/** What a folder takes on disk, in MB; a file with several names counts once, as for `du`. */
export function megabytesOf(folder: string): number {
  const seen = new Set<number>();
  let blocks = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const { ino, blocks: own } = lstatSync(join(entry.parentPath, entry.name));
    if (!seen.has(ino)) blocks += own;
    seen.add(ino);
  }
  return (blocks * 512) / 1024 / 1024;
}
