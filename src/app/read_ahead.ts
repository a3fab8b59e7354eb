import type { ErrorReporter } from '../jobs/index.ts';
import type { WordFinder } from '../library/finding.ts';

/** The first pages are served before anything is read, in ms. */
const START_MS = 1_000;

/** Between two parts, in ms: a part takes up to 5, so that at least half of the time is left to others. */
const PAUSE_MS = 5;

interface ReadAhead {
  words: Pick<WordFinder, 'ahead'>;
  errors: Pick<ErrorReporter, 'warn'>;
  /** Aborted when the process ends. */
  closing: AbortSignal;
  startMs?: number;
}

/**
 * Reads the lists of frequent words into memory while nobody waits for them: those of the most frequent ones first, then
 * those that finds ask for.
 */
export async function readWordsAhead({
  words: { ahead },
  errors,
  closing,
  startMs = START_MS,
}: ReadAhead): Promise<void> {
  let isRunning = false;

  async function run(): Promise<void> {
    if (isRunning) return;
    isRunning = true;
    try {
      while (!closing.aborted && ahead.readPart()) await pause(PAUSE_MS);
    } catch (error) {
      errors.warn(
        'Lists of words could not be read into memory. Finds are slower without them.',
        error,
      );
    } finally {
      isRunning = false;
    }
  }

  await pause(startMs);
  if (closing.aborted) return;
  ahead.onWanted = () => void run();
  ahead.begin();
}

/** Nothing waits for it when the process ends. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
