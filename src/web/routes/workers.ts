import type { RegisteredProcess } from '../../platform/process_registry.ts';
import type { WebDeps } from '../deps.ts';

/** A process and the jobs that it runs. */
export interface Worker extends RegisteredProcess {
  /** Their ids. */
  jobs: string[];
}

/** The processes that use the database, and what each of them runs. */
export function workersOf({ tracker, health }: Pick<WebDeps, 'tracker' | 'health'>): Worker[] {
  const running = [...tracker.reader.ownersOfRunning()];
  return health.processes.list().map((process) => ({
    ...process,
    jobs: running.flatMap(([id, owner]) => (isOwner(owner, process) ? id : [])),
  }));
}

/** An owner is `host:pid:boot`; after the host may stand its pid namespace. */
function isOwner(owner: string, { host, pid }: RegisteredProcess): boolean {
  const [, ownerPid, ...rest] = owner.split(':').reverse();
  const ownerHost = rest
    .reverse()
    .join(':')
    .replace(/\/\d+$/, '');
  return ownerHost === host && Number(ownerPid) === pid;
}
