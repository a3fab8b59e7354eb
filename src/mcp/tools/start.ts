import { z } from 'zod';
import {
  InvalidInput,
  type Job,
  type JobType,
  readSession,
  SESSION_PATTERN,
} from '../../jobs/index.ts';
import type { Operation } from '../../operations/index.ts';
import { jsonSchemaOf } from '../../platform/json_schema.ts';
import { once } from '../../platform/once.ts';
import type { AgentDeps, Caller } from '../deps.ts';
import { statusMessage } from '../job_words.ts';
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
      refuseUnknown(input(), given);
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

/** A misspelt argument would otherwise count as absent. @throws InvalidInput that names it. */
function refuseUnknown(schema: z.ZodType, given: Record<string, unknown>): void {
  const { properties, additionalProperties } = jsonSchemaOf(schema);
  if (!properties || additionalProperties) return;
  const known = Object.keys(properties);
  const unknown = Object.keys(given).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const advice = `There is no such argument. Use: ${known.join(', ')}.`;
  throw new InvalidInput(Object.fromEntries(unknown.map((name) => [name, advice])));
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
    by: { via: 'agent', user: agent, ...(address !== undefined && { address }) },
  });
}

/** The result when the job has ended; otherwise its id and how to ask again. */
function answerFor(deps: AgentDeps, started: Job, job: Job | undefined): Answer {
  if (!job) return refusal(`The job ${started.id} was removed.`);
  if (job.completedAt) return jobResult(deps, job);
  const { id } = job;
  return {
    content: [
      {
        type: 'text',
        text: `The job ${id} goes on (${statusMessage(job, deps.tracker)}). To ask again, call get_job with { "id": "${id}" }; to stop it, call cancel_job.`,
      },
      { type: 'resource_link', uri: jobUri(id), name: id },
    ],
  };
}
