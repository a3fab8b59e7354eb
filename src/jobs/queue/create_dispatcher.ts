import type { ErrorReporter } from '../engine/error_reporter.ts';
import type { Track } from '../store/backend.ts';
import type { JobDispatcher } from './dispatcher.ts';

export interface DispatcherDeps {
  /** The name that all processes on the database have for it. */
  group(): Promise<string>;
  /** Has this process look for waiting jobs of all types. */
  look(): void;
  /** Counts what `run` does as part of what is under way on the database. */
  track: Track;
  errors: ErrorReporter;
}

/** Signals of commits tell all processes, and nothing is handed out. */
export const BY_SIGNALS: JobDispatcher = {
  handsOut: false,
  offer() {},
  work() {},
  rest: async () => {},
  close: async () => {},
};

/** @param address of the server that hands out tickets; undefined: there is none. */
export function createDispatcher(address: string | undefined, deps: DispatcherDeps): JobDispatcher {
  if (address === undefined) return BY_SIGNALS;
  // Few programs need it.
  const { BullmqDispatcher }: typeof import('./bullmq/dispatcher.ts') =
    require('./bullmq/dispatcher.ts');
  return new BullmqDispatcher(address, deps);
}
