import type { Job, Lack } from './job.ts';

/** One thing that a job needs of its process. A job that needs another one is left to a process that has it. */
export interface Need {
  /** The field of the input that names it. */
  field: string;
  /** What it is, for people: "source". */
  what: string;
  /** What this process has. */
  has: readonly string[];
}

/** The first thing that a job needs and that is not there. */
export function lackAmong(needs: readonly Need[], metadata: Job['metadata']): Lack | undefined {
  for (const { field, what, has } of needs) {
    const name = metadata?.[field];
    if (typeof name === 'string' && !has.includes(name)) return { what, name };
  }
  return undefined;
}
