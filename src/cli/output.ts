import { EXIT } from './exit.ts';
import { asCalled } from './program_name.ts';

const output = new AbortController();
let failure: Error | undefined;
let lastWrite = Promise.resolve();

/** Aborts, with an exit code, once standard output cannot be written any more. */
export const outputClosed: AbortSignal = output.signal;

/**
 * From now on a failed write does not end the process. The reader may stop reading, as in
 * `xgpt jobs list | head -1`, and a terminal may be closed: a job continues all the same.
 */
export function surviveClosedOutput(): void {
  process.stdout.on('error', onWriteError);
  process.stderr.on('error', (error) => {
    if (isClosed(error)) onWriteError(error);
  });
}

/** A line of the result, on standard output. */
export function print(text: string): void {
  write(`${text}\n`);
}

/** Text of the result, on standard output. `console.log` of Bun 1.4.4 hides that it failed. */
export function write(text: string): void {
  lastWrite = new Promise((resolve) => {
    process.stdout.write(text, (error) => {
      if (error) onWriteError(error);
      resolve();
    });
  });
}

/** A line on standard error, with commands as this program is called. `console.error` of Bun 1.4.4 paints it red on a terminal. */
export function printError(text: string): void {
  process.stderr.write(`${asCalled(text)}\n`);
}

/** Waits until everything written to standard output was read, or the reader is gone. */
export function flushed(): Promise<void> {
  return lastWrite;
}

/** Waits until standard output is flushed. Returns an error message when that failed. */
export async function outputFailure(): Promise<string | undefined> {
  await flushed();
  return failure && `Cannot write to standard output: ${failure.message}. Redirect it elsewhere.`;
}

function onWriteError(error: Error): void {
  if (!isClosed(error)) failure ??= error;
  output.abort(failure ? EXIT.failed : EXIT.unread);
}

function isClosed({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EPIPE' || code === 'EIO';
}

/**
 * Logs errors only, unless the settings ask for more: a command reports on its job by itself. Call
 * it before the settings are read.
 */
export function quietLog(): void {
  if (!process.env.XGPT_LOG_LEVEL?.trim()) process.env.XGPT_LOG_LEVEL = 'error';
}
