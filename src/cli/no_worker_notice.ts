import type { RegisteredProcess } from '../platform/process_registry.ts';

/** Processes report every 5 s; one that is silent for longer than this is gone, in ms. */
const SEEN_MS = 15_000;

/** A notice that nothing runs the jobs now; empty while a server or worker is running. */
export function noWorkerNotice(processes: RegisteredProcess[], now: number): string {
  const isRunning = processes.some(
    ({ kind, seenAt }) => kind !== 'command' && now - seenAt.getTime() < SEEN_MS,
  );
  return isRunning ? '' : 'No server or worker is running. Jobs continue when one starts.';
}
