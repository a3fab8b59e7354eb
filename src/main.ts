import { join } from 'node:path';
import { findCompiled, PROGRAM } from './app/compiled/compiled.ts';

// Collected data is readable by its owner only: folders get mode 0700, files 0600.
process.umask(0o077);

const compiled = findCompiled();
const { runProgram } = await load();
await runProgram(process.argv.slice(2), compiled);

/** Falls back to the sources when the compiled program cannot be loaded. */
async function load(): Promise<typeof import('./cli/program.ts')> {
  try {
    if (compiled) return require(join(compiled, PROGRAM));
  } catch (error) {
    console.error(`The compiled program cannot be used: ${(error as Error).message}`);
  }
  (await import('./app/compiled/own_jsx.ts')).useOwnJsx();
  return import('./cli/program.ts');
}
