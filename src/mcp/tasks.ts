import {
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Job } from '../jobs/index.ts';
import { TASKS_EXTENSION } from './conversation.ts';
import type { AgentDeps, Caller } from './deps.ts';
import { answered } from './failures.ts';
import { READ_ONLY } from './read_only.ts';
import { hasExpired, type TaskState, taskState } from './task.ts';

/** The longest id that is looked up. */
const MAX_ID = 300;

const params = z.object({ taskId: z.string() });
const updateParams = params.extend({ inputResponses: z.unknown().optional() });
const result = z.looseObject({ resultType: z.literal('complete') });

const ACKNOWLEDGED = { resultType: 'complete' as const };

/**
 * The methods of the Tasks extension. The library (2.4.0) knows none of them, so each brings its
 * schemas.
 */
export function addTaskMethods(
  server: Server,
  deps: AgentDeps,
  callerOf: (context: ServerContext) => Caller,
): void {
  const job = (taskId: string) => taskJob(deps, taskId);
  server.setRequestHandler('tasks/get', { params, result }, async ({ taskId }, context) => {
    requireTasks(callerOf(context));
    return answered(
      deps,
      'tasks/get',
      context,
      async (): Promise<TaskState> => taskState(deps, await job(taskId)),
    );
  });
  // No job asks its client for anything: whatever is answered belongs to no open question.
  server.setRequestHandler(
    'tasks/update',
    { params: updateParams, result },
    async ({ taskId, inputResponses }, context) => {
      requireTasks(callerOf(context));
      // The library (2.4.0) takes them out of the parameters.
      if (!isRecord(inputResponses ?? context.mcpReq.inputResponses)) throw noResponses();
      await answered(deps, 'tasks/update', context, () => job(taskId));
      return ACKNOWLEDGED;
    },
  );
  server.setRequestHandler('tasks/cancel', { params, result }, async ({ taskId }, context) => {
    const caller = callerOf(context);
    requireTasks(caller);
    return answered(deps, 'tasks/cancel', context, async () => {
      const { id } = await job(taskId);
      if (caller.isReader) throw readOnly();
      const { agent, address } = caller;
      const by = { via: 'agent' as const, user: agent, ...(address !== undefined && { address }) };
      // One that has ended already stays as it is; the client sees that when it asks.
      await deps.tracker.cancelJob(id, { by });
      return ACKNOWLEDGED;
    });
  });
}

/** @throws ProtocolError when the client has not declared the extension for this request. */
export function requireTasks({ hasTasks }: Pick<Caller, 'hasTasks'>): void {
  if (hasTasks) return;
  const requiredCapabilities = { extensions: { [TASKS_EXTENSION]: {} } };
  throw new MissingRequiredClientCapabilityError({ requiredCapabilities });
}

/**
 * The job of a task. A job that no agent has started as a task is none: its id, a wrong one and that of
 * a deleted job are all the same to a client.
 */
async function taskJob({ tracker, config }: AgentDeps, taskId: string): Promise<Job> {
  const job = taskId.length > MAX_ID ? undefined : await tracker.reader.getBriefJob(taskId);
  if (job?.agent === undefined) {
    throw wrongTask('Task not found. It may have expired: a task is kept as long as its job.');
  }
  if (hasExpired(job, config.keepFinishedMs, Date.now())) throw wrongTask('Task has expired.');
  return job;
}

function wrongTask(message: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, message);
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function noResponses(): ProtocolError {
  return new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    'inputResponses is missing. It has the responses by the keys of their requests.',
  );
}

function readOnly(): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidRequest, READ_ONLY);
}
