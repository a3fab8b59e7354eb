import { runProgram } from './cli/program.ts';

// What is collected is its owner's alone: folders become 0700, files 0600.
process.umask(0o077);

await runProgram(process.argv.slice(2));
