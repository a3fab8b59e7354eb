import type { Database } from 'bun:sqlite';
import { once } from '../platform/once.ts';
import { createLibraryCounts } from './counts.ts';
import type { Library } from './library.ts';

export interface LateLibrary {
  library: Library;
  /** Loads all of it, unless it is loaded. */
  load(): Library;
}

/**
 * The library in a database from `openDatabase`, for a server that is to answer soon: it counts at once,
 * and everything else is loaded by `load`, or when it is first used.
 */
export function createLateLibrary(db: Database): LateLibrary {
  const load = once(() => {
    const { createLibrary }: typeof import('./index.ts') = require('./index.ts');
    return createLibrary(db);
  });
  const library = new Proxy(createLibraryCounts(db) as Library, {
    get: (counts, name: keyof Library) => counts[name] ?? load()[name],
  });
  return { library, load };
}
