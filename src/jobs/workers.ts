import type { RegisteredProcess } from '../platform/process_registry.ts';
import type { SourceQueue, TypeQueue } from './queue.ts';
import type { Tracker } from './tracker.ts';

/** A process and the jobs that it runs. */
export interface Worker extends RegisteredProcess {
  /** Their ids. */
  jobs: string[];
}

/** The processes that run jobs, and the queues that they serve. */
export interface Workforce {
  processes: Worker[];
  types: TypeQueue[];
  sources: SourceQueue[];
}

interface WorkforceDeps {
  tracker: Tracker;
  /** The processes that use the database. */
  processes: RegisteredProcess[];
  sources: Iterable<{ name: string; label: string }>;
}

export async function workforceOf({
  tracker,
  processes,
  sources,
}: WorkforceDeps): Promise<Workforce> {
  const [owners, paused, types] = await Promise.all([
    tracker.reader.ownersOfRunning(),
    tracker.reader.pausedSources(),
    tracker.queues(),
  ]);
  const running = [...owners];
  return {
    processes: processes.map((process) => ({
      ...process,
      jobs: running.flatMap(([id, owner]) => (isOwner(owner, process) ? id : [])),
    })),
    types,
    sources: [...sources].map(({ name, label }) => {
      const pausedAt = paused.get(name);
      return { name, label, ...(pausedAt && { pausedAt }) };
    }),
  };
}

/** An owner is `host:pid:boot`; after the host may stand its pid namespace and its boot, after a slash each. */
function isOwner(owner: string, { host, pid }: RegisteredProcess): boolean {
  const [, ownerPid, ...rest] = owner.split(':').reverse();
  const ownerHost = rest.reverse().join(':').replace(/\/.*$/, '');
  return ownerHost === host && Number(ownerPid) === pid;
}
