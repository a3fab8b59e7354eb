import { EXIT } from './exit.ts';

const reading = new AbortController();
let failure: Error | undefined;
let lastWrite = Promise.resolve();

/** Aborts, with an exit code, once nothing that is written can reach anybody. */
export const nobodyReads: AbortSignal = reading.signal;

/**
 * From now on a write that fails ends nothing by itself. Who reads may stop reading, as in
 * `xgpt jobs list | head -1`, and a terminal may be closed: a job goes on all the same.
 */
export function outliveReaders(): void {
  process.stdout.on('error', heed);
  process.stderr.on('error', (error) => {
    if (isGone(error)) heed(error);
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
      if (error) heed(error);
      resolve();
    });
  });
}

/** Waits until whoever reads standard output has taken what there is, or is gone. */
export function written(): Promise<void> {
  return lastWrite;
}

/** Waits until standard output is written, and returns why it could not be, as a sentence. */
export async function outputFailure(): Promise<string | undefined> {
  await written();
  return (
    failure && `Standard output cannot be written: ${failure.message}. Send it to where it can be.`
  );
}

function heed(error: Error): void {
  if (!isGone(error)) failure ??= error;
  reading.abort(failure ? EXIT.failed : EXIT.unread);
}

function isGone({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EPIPE' || code === 'EIO';
}
