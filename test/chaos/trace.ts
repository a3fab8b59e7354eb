/**
 * Preloaded into a process under chaos: its handlers write down, in a file that the program knows
 * nothing of, when they began, committed and ended. `XGPT_CHAOS_TRACE` names the file.
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

function note(job: QueuedJobContext, what: TraceLine['what']): void {
  const at = performance.timeOrigin + performance.now();
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
          value: (...commit: Parameters<QueuedJobContext['commit']>) => {
            job.commit(...commit);
            note(job, 'commit');
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
