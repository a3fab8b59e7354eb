import { join } from 'node:path';
import { beginDatabasesAs, EMPTY_DATABASE } from '../platform/empty_database.ts';
import { EXIT } from './exit.ts';
import { flushed, outputFailure, printError, surviveClosedOutput } from './output.ts';
import { callProgram } from './program_name.ts';

/**
 * Runs a command line. The process ends by itself afterwards, with `process.exitCode` set.
 * @param compiled the folder of the compiled program, if that is running.
 * @param name how the program is called on a command line, if that is not `xgpt`.
 * @param prepare runs first; what it throws is reported like the failure of a command.
 */
export async function runProgram(
  words: string[],
  compiled?: string,
  name = 'xgpt',
  prepare?: () => Promise<void>,
): Promise<void> {
  callProgram(name);
  if (compiled) beginDatabasesAs(join(compiled, EMPTY_DATABASE));
  const serve = () => startServer(compiled);
  try {
    await prepare?.();
    // The most frequent command does not wait for the command line parser to load.
    if (words.length === 0) await serve();
    surviveClosedOutput();
    if (words.length > 0) await (await import('./commands.ts')).runCommandLine(words, serve);
  } catch (error) {
    await endWith(error);
  }
  const failure = await outputFailure();
  if (!failure) return;
  printError(failure);
  process.exitCode ||= EXIT.failed;
}

async function startServer(compiled: string | undefined): Promise<void> {
  const { serve } = await import('../app/server.ts');
  await serve((await import('../platform/config.ts')).loadConfig(), compiled);
}

/** Exits at once: active jobs would keep the process alive. */
async function endWith(error: unknown): Promise<never> {
  const { failureOf } = await import('./failures.ts');
  const { code, message } = failureOf(error);
  await markDamage(error);
  if (typeof message === 'string') printError(message);
  else console.error(message);
  await flushed();
  process.exit(code);
}

/** A replica that a command has found damaged is copied anew by the next one. */
async function markDamage(error: unknown): Promise<void> {
  const [{ databaseIssueOf, REPLICA_DAMAGED }, { markDamaged }, { loadConfig }] = await Promise.all(
    [
      import('../platform/database_issue.ts'),
      import('../platform/replica/file.ts'),
      import('../platform/config.ts'),
    ],
  );
  if (databaseIssueOf(error) === REPLICA_DAMAGED) markDamaged(loadConfig().databasePath);
}
