/** For programs that add job types or sources of their own. */
import { basename, dirname, join, relative } from 'node:path';
import { addCustomTypes, type CustomType } from './operations/custom_types.ts';
import { type AnyJobType, asCustomType } from './operations/define_job.ts';
import { importFile } from './platform/import_file.ts';
import { addCustomSources, type SourceDefinition } from './sources/custom_sources.ts';

export { z } from 'zod';
export {
  InvalidInput,
  type JobTypes,
  PermanentError,
  type QueuedJobContext,
} from './jobs/index.ts';
export { defineJob, type JobOf, type JobTypeDefinition } from './operations/define_job.ts';
export type { OperationDeps } from './operations/deps.ts';
export {
  choice,
  optionalText,
  optionalUsername,
  optionalWholeNumber,
  sourceChoice,
  terms,
  tick,
  wholeNumber,
  words,
} from './operations/fields.ts';
export { defineSource, type SourceDefinition } from './sources/custom_sources.ts';
export type { Post, Profile } from './sources/post.ts';
export {
  NotFound,
  type Page,
  RateLimited,
  type Source,
  SourceUnavailable,
  Unauthorised,
} from './sources/source.ts';

export interface Additions {
  jobs?: readonly AnyJobType[];
  sources?: readonly SourceDefinition[];
  /** The command line: `['worker']`. Default: that of the process. None serves the web pages. */
  args?: readonly string[];
}

/**
 * Runs xgpt with these job types and sources: the server, or the command in `args`. Resolves when the
 * server listens, or the command has ended. Without `XGPT_DATA_DIR`, data is kept in the folder `data`
 * beside the program. To be called once.
 */
export async function serve({
  jobs = [],
  sources = [],
  args = process.argv.slice(2),
}: Additions): Promise<void> {
  // Collected data is readable by its owner only.
  process.umask(0o077);
  process.env.XGPT_DATA_DIR ||= join(dirname(Bun.main), 'data');
  // The compiled program has only the built-in types.
  process.env.XGPT_CODE_CACHE = 'off';
  const { useOwnJsx } = await load<{ useOwnJsx(): void }>('app/compiled/own_jsx.ts');
  useOwnJsx();
  const { runProgram } = await load<Program>('cli/program.ts');
  await runProgram([...args], undefined, nameOnCommandLine(), async () => {
    const types = jobs.map(asCustomType);
    const { refuseUnusable } = await load<Check>('cli/own_types.ts');
    refuseUnusable(types);
    addCustomTypes(types);
    addCustomSources(sources);
  });
}

interface Program {
  runProgram(
    words: string[],
    compiled: undefined,
    name: string,
    prepare: () => Promise<void>,
  ): Promise<void>;
}

interface Check {
  refuseUnusable(types: CustomType[]): void;
}

/** `bun timer.ts`, or the name of the file that `bun build --compile` has made. */
function nameOnCommandLine(): string {
  const isCompiled = Bun.main.startsWith('/$bunfs/') || Bun.main.startsWith('B:/~BUN/');
  if (isCompiled) return quoted(basename(process.execPath));
  return `bun ${quoted(relative(process.cwd(), Bun.main))}`;
}

function quoted(path: string): string {
  return /^[\w./+-]+$/.test(path) ? path : `'${path}'`;
}

/** By a computed name: the compiler of the program that imports this need not read all of xgpt. */
function load<Module>(path: string): Promise<Module> {
  return importFile(join(import.meta.dir, path)) as Promise<Module>;
}
