/**
 * Preloaded into a process under chaos: records in a file outside the program when handlers begin,
 * commit and end. `XGPT_CHAOS_TRACE` names the file.
 */
import { appendFileSync } from 'node:fs';
import { type JobDefinition, jobTracker, type QueuedJobContext } from '../../src/jobs/index.ts';

export interface TraceLine {
  /** ms since 1970. */
  at: number;
  pid: number;
  job: string;
  attempt: number;
  what: 'begin' | 'commit' | 'end';
}

const file = process.env.XGPT_CHAOS_TRACE;

const now = () => performance.timeOrigin + performance.now();

function note(job: QueuedJobContext, what: TraceLine['what'], at = now()): void {
  const line: TraceLine = { at, pid: process.pid, job: job.jobId, attempt: job.attempt, what };
  if (file) appendFileSync(file, `${JSON.stringify(line)}\n`);
}

function traced(definition: JobDefinition): JobDefinition {
  return {
    ...definition,
    async run(input, job) {
      note(job, 'begin');
      const watched: QueuedJobContext = Object.create(job, {
        commit: {
          async value(...[data, then = {}]: Parameters<QueuedJobContext['commit']>) {
            // Within the transaction: after it, another process may have the job before this is recorded.
            let at: number | undefined;
            const saved = await job.commit(data, (saved) => {
              at = now();
              return typeof then === 'function' ? then(saved) : then;
            });
            note(job, 'commit', at);
            return saved;
          },
        },
      });
      try {
        return await definition.run(input, watched);
      } finally {
        note(job, 'end');
      }
    },
  };
}

const define = jobTracker.define.bind(jobTracker);
jobTracker.define = (...definitions) => define(...definitions.map(traced));
