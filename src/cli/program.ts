import { complain } from './complain.ts';
import { EXIT } from './exit.ts';
import { outliveReaders, outputFailure, written } from './output.ts';

/**
 * Runs a command line. The process ends by itself afterwards, with `process.exitCode` set.
 * @param compiled the folder of the compiled program, when it is what runs.
 */
export async function runProgram(words: string[], compiled?: string): Promise<void> {
  const serve = () => startServer(compiled);
  try {
    // The most frequent one waits for no parser of command lines, and prints nothing by itself.
    if (words.length === 0) await serve();
    outliveReaders();
    if (words.length > 0) await (await import('./commands.ts')).runCommandLine(words, serve);
  } catch (error) {
    await endWith(error);
  }
  const lost = await outputFailure();
  if (!lost) return;
  complain(lost);
  process.exitCode ||= EXIT.failed;
}

async function startServer(compiled: string | undefined): Promise<void> {
  const { serve } = await import('../app/server.ts');
  await serve((await import('../platform/config.ts')).loadConfig(), compiled);
}

/** At once: what is under way keeps the process alive. */
async function endWith(error: unknown): Promise<never> {
  const { failureOf } = await import('./failures.ts');
  const { code, message } = failureOf(error);
  if (typeof message === 'string') complain(message);
  else console.error(message);
  await written();
  process.exit(code);
}
