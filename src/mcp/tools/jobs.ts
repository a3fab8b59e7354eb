import { z } from 'zod';
import { isFinal, JOB_STATUSES } from '../../jobs/index.ts';
import { parseJobQuery } from '../../jobs/job_query.ts';
import { forAgents } from '../agent_words.ts';
import { checked, wholeNumberArgument } from '../arguments.ts';
import { collected } from '../collected.ts';
import type { AgentDeps } from '../deps.ts';
import { endedJson, jobJson } from '../job_words.ts';
import { type AgentTool, cursorArgument, limitArgument, readingTool, refusal } from '../tool.ts';
import { waitForEnd } from '../waiting.ts';

const PAGE = { default: 10, max: 50 };

/** How much of a log an answer has, in bytes. */
const MAX_LOG = 16_384;

/** The longest wait of one call, in seconds. */
const MAX_WAIT_S = 300;

const NO_JOB = 'There is no such job. It may have been deleted; list_jobs has those that are kept.';

const id = () => z.string().max(300).describe('The id of a job.');

/** What was and is done, and stopping it. */
export function jobTools(deps: AgentDeps): AgentTool[] {
  return [listJobs(deps), getJob(deps), getJobLog(deps), cancelJob(deps)];
}

function listJobs({ tracker }: AgentDeps): AgentTool {
  return readingTool(
    {
      name: 'list_jobs',
      title: 'List jobs',
      description: 'Jobs of all people and agents, newest first.',
      input: () =>
        z.strictObject({
          status: z.enum(JOB_STATUSES).optional(),
          type: z.string().max(100).optional().describe('Only jobs of this type, such as scrape.'),
          session: z.string().max(100).optional().describe('Only jobs of this session.'),
          q: z.string().max(200).optional().describe('Words in the input, the error or the id.'),
          limit: limitArgument(PAGE.max, PAGE.default),
          cursor: cursorArgument(),
        }),
    },
    async (given) => {
      const { jobs, nextCursor } = await tracker.reader.listJobs(parseJobQuery(given));
      const holdOf = await tracker.reader.holds();
      const page = {
        ...(nextCursor && { nextCursor }),
        jobs: jobs.map((job) => jobJson(job, holdOf)),
      };
      return { content: [collected(page)] };
    },
  );
}

function getJob(deps: AgentDeps): AgentTool {
  const { tracker, config } = deps;
  const max = Math.floor(Math.max(config.agentWaitMs / 1_000, 1));
  return readingTool(
    {
      name: 'get_job',
      title: 'Ask about a job',
      description:
        'How far a job is, or its result. With waitSeconds it answers when the job has ended, or when that time is over.',
      input: () =>
        z.strictObject({
          id: id(),
          waitSeconds: wholeNumberArgument(Math.min(max, MAX_WAIT_S)).default(0),
        }),
    },
    async (given, _, context) => {
      const known = await tracker.reader.getBriefJob(given.id);
      const job =
        known && !isFinal(known.status) && given.waitSeconds > 0
          ? await waitForEnd(deps, given.id, given.waitSeconds * 1_000, context)
          : known;
      if (!job) return refusal(NO_JOB);
      const holdOf = await tracker.reader.holds();
      return { content: [collected({ job: endedJson(job, holdOf) })] };
    },
  );
}

function getJobLog({ tracker }: AgentDeps): AgentTool {
  return readingTool(
    {
      name: 'get_job_log',
      title: 'Read a job’s log',
      description: `A job’s log from a position on, at most ${MAX_LOG / 1_024} KB of it.`,
      input: () =>
        z.strictObject({
          id: id(),
          position: wholeNumberArgument()
            .default(0)
            .describe('nextPosition of the previous answer.'),
        }),
    },
    async (given) => {
      if (!(await tracker.reader.getBriefJob(given.id))) return refusal(NO_JOB);
      const log = await tracker.reader.readLog(given.id, given.position, MAX_LOG);
      const hasMore = log.position < (await tracker.reader.logEnd(given.id));
      const { text, position, dropped } = log;
      return {
        content: [
          collected({
            lines: text
              .split('\n')
              .filter(Boolean)
              .map((line) => forAgents(line)),
            nextPosition: position,
            hasMore,
            ...(dropped > 0 && { dropped }),
          }),
        ],
      };
    },
  );
}

function cancelJob({ tracker }: AgentDeps): AgentTool {
  return {
    name: 'cancel_job',
    title: 'Cancel a job',
    description: 'Stops a job. What it has stored stays.',
    input: () => z.strictObject({ id: id() }),
    annotations: { readOnlyHint: false, destructiveHint: true, openWorldHint: false },
    changes: true,
    async call(given, { agent, address }) {
      const { id } = checked(this.input(), given) as { id: string };
      const by = { via: 'agent' as const, user: agent, ...(address !== undefined && { address }) };
      const isCancelled = await tracker.cancelJob(id, { by });
      const status = (await tracker.reader.getBriefJob(id))?.status;
      if (!isCancelled) return refusal(status ? 'The job has ended already.' : NO_JOB);
      // One that was waiting is cancelled at once.
      const text = `The job ${id} ${status === 'cancelled' ? 'was' : 'is being'} cancelled.`;
      return { content: [{ type: 'text', text }] };
    },
  };
}
