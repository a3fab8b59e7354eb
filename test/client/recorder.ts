import type { JobState, TrackedJob } from 'xgpt/client';
import { until } from '../support/wait.ts';

/** Records every value of a store. */
export function record<Output>(job: TrackedJob<Output>) {
  const states: JobState<Output>[] = [];
  const stop = job.subscribe((state) => states.push(state));
  return {
    states,
    stop,
    statuses: () => states.map(({ status }) => status),
    last: () => states.at(-1) as JobState<Output>,
    reaches: async (status: JobState['status']): Promise<JobState<Output>> => {
      await until(`the store is ${status}`, () => states.at(-1)?.status === status);
      return states.at(-1) as JobState<Output>;
    },
  };
}
