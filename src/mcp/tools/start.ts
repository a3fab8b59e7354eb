import { z } from 'zod';
import {
  DOUBLE_PRESS_MS,
  type Job,
  type JobType,
  readSession,
  SESSION_PATTERN,
} from '../../jobs/index.ts';
import type { Operation } from '../../operations/index.ts';
import { jsonSchemaOf } from '../../platform/json_schema.ts';
import { once } from '../../platform/once.ts';
import { collected } from '../collected.ts';
import type { AgentDeps, Caller } from '../deps.ts';
import { jobJson, ownWords, whatBecomes } from '../job_words.ts';
import { jobResult, taskHandle } from '../task.ts';
import { type AgentTool, type Answer, refusal } from '../tool.ts';
import { jobUri } from '../uris.ts';
import { waitForEnd } from '../waiting.ts';

/** Types that no agent starts: a text that was collected could talk it into deleting things. */
const NOT_FOR_AGENTS = ['forget'];

const SESSION = 'sessionId';

/** A tool for each job type; its arguments are the type's input. */
export function startTools(deps: AgentDeps): AgentTool[] {
  return [...deps.operations.values()]
    .filter(({ type }) => !NOT_FOR_AGENTS.includes(type))
    .map((operation) => startTool(deps, operation));
}

function startTool(deps: AgentDeps, { type, words, definition }: Operation): AgentTool {
  const hasOwnSession = once(() => Object.hasOwn(propertiesOf(definition.input), SESSION));
  const input = once(() =>
    hasOwnSession() ? definition.input : z.intersection(definition.input, sessionField()),
  );
  return {
    name: type,
    title: words.heading,
    description: `${words.summary}. Starts a job; people see it, and can cancel it.`,
    input,
    annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: true },
    changes: true,
    async call(given, caller, context) {
      const { [SESSION]: session, ...rest } = given;
      const job = hasOwnSession()
        ? await start(deps, type, given, undefined, caller)
        : await start(deps, type, rest, session, caller);
      if (caller.hasTasks) return taskHandle(deps, job);
      const ended = await waitForEnd(deps, job.id, deps.config.agentWaitMs, context);
      return answerFor(deps, job, ended);
    },
  };
}

function propertiesOf(schema: z.ZodType): object {
  return jsonSchemaOf(schema).properties ?? {};
}

function sessionField() {
  const description = 'Groups the jobs of a conversation. Default: one that the server names.';
  return z.object({
    [SESSION]: z.string().max(100).meta({ pattern: SESSION_PATTERN, description }).optional(),
  });
}

function start(
  { tracker }: AgentDeps,
  type: JobType,
  input: Record<string, unknown>,
  session: unknown,
  { agent, address, client, sessionId }: Caller,
): Promise<Job> {
  return tracker.enqueue(type, input, {
    sessionId: readSession(session) ?? sessionId,
    client,
    agent,
    mergeMs: DOUBLE_PRESS_MS,
    by: { via: 'agent', user: agent, ...(address !== undefined && { address }) },
  });
}

/** The result when the job has ended; otherwise its id and how to ask again. */
async function answerFor(deps: AgentDeps, started: Job, job: Job | undefined): Promise<Answer> {
  if (!job) return refusal(`The job ${started.id} was removed.`);
  if (job.completedAt) return jobResult(deps, job);
  const { id } = job;
  const { tracker, closing } = deps;
  const holdOf = await tracker.reader.holds();
  const where = [`${ownWords(job, holdOf)}.`, whatBecomes(job, holdOf, closing)].join(' ').trim();
  return {
    content: [
      {
        type: 'text',
        text: `The job ${id} has not ended: it ${where} To ask again, call get_job with { "id": "${id}" }; to stop it, call cancel_job.`,
      },
      collected({ job: jobJson(job, holdOf) }),
      { type: 'resource_link', uri: jobUri(id), name: id },
    ],
  };
}
