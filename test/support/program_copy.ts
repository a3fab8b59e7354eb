import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dir, '../..');

/** What the program consists of, besides its packages. */
export const PARTS = [
  'src',
  'views',
  'public',
  'migrations',
  'package.json',
  'bun.lock',
  'tsconfig.json',
];

const copies: string[] = [];

/** The program with its packages, in a place of its own: what it compiles there is all its own. */
export function copyProgram(): string {
  const root = mkdtempSync(join(tmpdir(), 'xgpt-program-'));
  copies.push(root);
  for (const name of PARTS) cpSync(join(ROOT, name), join(root, name), { recursive: true });
  mkdirSync(join(root, 'node_modules'));
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (!name.startsWith('.'))
      symlinkSync(join(ROOT, 'node_modules', name), join(root, 'node_modules', name));
  }
  return root;
}

/** Each test file that copies the program calls it `afterAll`. */
export function removeCopies(): void {
  for (const copy of copies.splice(0)) rmSync(copy, { recursive: true, force: true });
}

/** Compiles the program of that folder. */
export function compileProgram(root: string) {
  return Bun.spawnSync([process.execPath, join(root, 'src/app/compiled/compile.ts')], {
    cwd: root,
  });
}
