import type { DispatcherDeps, JobDispatcher } from './dispatcher.ts';

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
