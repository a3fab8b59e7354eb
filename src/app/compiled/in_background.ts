import { setPriority } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '../../platform/logger.ts';
import { findUntouched, mayUseCompiled, ROOT } from './compiled.ts';

const COMPILER = join(import.meta.dir, 'compile.ts');

/** The server has answered its first requests by then, in ms. */
const DELAY_MS = 1_500;

/** A priority at which the compiler does not slow down anything else. */
const LOWEST_PRIORITY = 19;

/**
 * Compiles the program for the next start, in a process of its own. Where nothing can be written
 * beside the program, each start uses the sources.
 */
export function compileInBackground(logger: Logger): void {
  if (!mayUseCompiled()) return;
  const timer = setTimeout(() => {
    try {
      if (!findUntouched()) compile(logger);
    } catch (error) {
      // No descriptors, processes or memory are left: no reason to end the server.
      logger.debug('The compiler could not be started. The next start takes longer.', { error });
    }
  }, DELAY_MS);
  timer.unref();
}

function compile(logger: Logger): void {
  const compiler = Bun.spawn([process.execPath, COMPILER], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'pipe'],
    onExit: async ({ stderr }, code) => {
      if (code === 0) return;
      const reason = stderr instanceof ReadableStream ? await new Response(stderr).text() : '';
      logger.debug('The program could not be compiled. The next start takes longer.', {
        reason: reason.trim().slice(-2_000),
      });
    },
  });
  setPriority(compiler.pid, LOWEST_PRIORITY);
  compiler.unref();
}
