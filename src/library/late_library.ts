import type { Database } from 'bun:sqlite';
import { once } from '../platform/once.ts';
import { createLibraryCounts } from './counts.ts';
import type { Library } from './library.ts';

/**
 * The library in a database from `openDatabase`, for a server that is to answer soon: it counts at once,
 * and everything else is loaded when it is first used.
 */
export function createLateLibrary(db: Database): Library {
  const whole = once(() => {
    const { createLibrary }: typeof import('./index.ts') = require('./index.ts');
    return createLibrary(db);
  });
  return new Proxy(createLibraryCounts(db) as Library, {
    get: (counts, name: keyof Library) => counts[name] ?? whole()[name],
  });
}
