import { join } from 'node:path';
import { findCompiled, PROGRAM } from './compiled/compiled.ts';

// What is collected is its owner's alone: folders become 0700, files 0600.
process.umask(0o077);

const compiled = findCompiled();
const { runProgram } = await load();
await runProgram(process.argv.slice(2), compiled);

async function load(): Promise<typeof import('./cli/program.ts')> {
  return compiled ? require(join(compiled, PROGRAM)) : import('./cli/program.ts');
}
