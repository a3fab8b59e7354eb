import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './compiled.ts';

/** Of `tsconfig.json`, in the first line, so that the numbers of the lines stay right. */
export const OWN_JSX = '/** @jsxRuntime automatic @jsxImportSource @kitajs/html */';

/**
 * Lets the sources run from any folder: Bun 1.4.4 takes the JSX setting of all files from the folder
 * it is called from. The compiled program needs none.
 */
export function useOwnJsx(): void {
  if (process.cwd() === ROOT) return;
  const views = new RegExp(`^${RegExp.escape(join(ROOT, '/'))}(src|views)/.*\\.tsx$`);
  Bun.plugin({
    name: 'JSX of xgpt',
    setup(build) {
      build.onLoad({ filter: views }, ({ path }) => ({
        contents: `${OWN_JSX} ${readFileSync(path, 'utf8')}`,
        loader: 'tsx',
      }));
    },
  });
}
