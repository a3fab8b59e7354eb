import { setImmediate as nextTurn } from 'node:timers/promises';

/** One waits for the model while the other reads. */
const MAX_AT_ONCE = 2;

let running = 0;
const waiting: (() => void)[] = [];

/**
 * Runs finds in their order, at most two at once in this process, with a turn of the event loop before each.
 * Requests that arrive together are handed over in one turn, and all of their finds would run in it: now other
 * requests and streams are served between them.
 */
export async function inTurn<Answer>(find: () => Promise<Answer>): Promise<Answer> {
  if (running < MAX_AT_ONCE) running++;
  else await new Promise<void>((resume) => waiting.push(resume));
  try {
    await nextTurn();
    return await find();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}
