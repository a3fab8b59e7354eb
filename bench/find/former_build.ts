import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The build of 22 November, which finds are compared with. */
export const FORMER_COMMIT = '9d93479f';

/** The folder of that build with its dependencies; made at the first call, and kept for later runs. */
export async function formerBuild(): Promise<string> {
  const folder = join(tmpdir(), `xgpt-bench-${FORMER_COMMIT}`);
  if (existsSync(join(folder, 'node_modules'))) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const root = join(import.meta.dir, '../..');
  await Bun.$`git -C ${root} archive ${FORMER_COMMIT} | tar x -C ${folder}`.quiet();
  await Bun.$`${process.execPath} install --frozen-lockfile --production`.cwd(folder).quiet();
  return folder;
}
