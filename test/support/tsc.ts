import { join } from 'node:path';

const MODULES = join(import.meta.dir, '../../node_modules');

/**
 * The command that checks types, several times as fast as TypeScript 5.9, which is installed as well
 * because the escape checker reads its syntax trees. By default it checks with four threads, each of which infers the
 * types that all need: on two cores, twice the processor time of one thread.
 */
export const TSC = [
  process.execPath,
  '--bun',
  join(MODULES, 'typescript-7/bin/tsc'),
  '--singleThreaded',
];

/** The version that many programs which import this one still have. */
export const TSC_5_9 = [process.execPath, '--bun', join(MODULES, 'typescript/bin/tsc')];
