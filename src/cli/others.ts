import type { RegisteredProcess } from '../platform/process_registry.ts';

/** A process writes that it is there every 5 s; three times that long it may be late, in ms. */
const SEEN_MS = 15_000;

/** What becomes of a job that nobody runs now; empty when a server or worker is there to do it. */
export function whoGoesOn(processes: RegisteredProcess[], now: number): string {
  const isThere = processes.some(
    ({ kind, seenAt }) => kind !== 'command' && now - seenAt.getTime() < SEEN_MS,
  );
  return isThere ? '' : 'No server or worker runs now; it goes on when one starts.';
}
