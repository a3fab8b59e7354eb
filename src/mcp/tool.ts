import type { CallToolResult, ServerContext, Tool } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { ModelUnavailable } from '../embedding/index.ts';
import { InvalidInput, TooManyWaiting } from '../jobs/index.ts';
import { InvalidCursor } from '../library/index.ts';
import { jsonSchemaOf } from '../platform/json_schema.ts';
import { forAgents } from './agent_words.ts';
import { checked, refuseUnpublished } from './arguments.ts';
import type { AgentDeps, Caller } from './deps.ts';
import { outOfOrderWords } from './failures.ts';
import type { TaskHandle } from './task.ts';

/** The answer of a tool: a result, or the handle of a task. */
export type Answer = CallToolResult | TaskHandle;

export interface AgentTool {
  name: string;
  title: string;
  description: string;
  /** Of what may be sent. */
  input: () => z.ZodType;
  annotations: Tool['annotations'];
  /** It starts or changes something: not for readers. */
  changes?: true;
  /** @throws InvalidInput, InvalidCursor, ModelUnavailable, TooManyWaiting: the agent is told. */
  call(given: Record<string, unknown>, caller: Caller, context: ServerContext): Promise<Answer>;
}

/** A tool that only reads, with its arguments checked. */
export function readingTool<Schema extends z.ZodType>(
  about: Pick<AgentTool, 'name' | 'title' | 'description'> & { input: () => Schema },
  read: (given: z.output<Schema>, caller: Caller, context: ServerContext) => Promise<Answer>,
): AgentTool {
  return {
    ...about,
    annotations: { readOnlyHint: true, openWorldHint: false },
    call: async (given, caller, context) => read(checked(about.input(), given), caller, context),
  };
}

/** The tool as `tools/list` describes it. */
export function listed({ name, title, description, input, annotations }: AgentTool): Tool {
  const { additionalProperties = false, ...schema } = jsonSchemaOf(input());
  const inputSchema = { ...schema, type: 'object' as const, additionalProperties };
  return { name, title, description, inputSchema: inputSchema as Tool['inputSchema'], annotations };
}

/**
 * Calls a tool. What the agent can put right is an answer that says so, not an error; so is what keeps
 * the database from being used.
 */
export async function callTool(
  deps: Pick<AgentDeps, 'health'>,
  tool: AgentTool,
  ...call: Parameters<AgentTool['call']>
): Promise<Answer> {
  try {
    await refuseUnpublished(tool.input(), call[0]);
    return await tool.call(...call);
  } catch (error) {
    const message = refusalOf(error, call[1].isReader) ?? outOfOrderWords(deps, error);
    if (message !== undefined) return refusal(message);
    throw error;
  }
}

/** An answer that says what went wrong, and what to do. */
export function refusal(message: string): CallToolResult {
  return { content: [{ type: 'text', text: message }], isError: true };
}

function refusalOf(error: unknown, isReader: boolean): string | undefined {
  if (error instanceof InvalidInput) {
    const fields = Object.entries(error.details).map(([name, wrong]) => `${name}: ${wrong}`);
    return `Nothing was done. Correct these arguments and call again.\n${fields.join('\n')}`;
  }
  if (error instanceof InvalidCursor) {
    return 'Invalid cursor. Use nextCursor of the previous answer, or omit cursor.';
  }
  if (error instanceof TooManyWaiting) {
    return `Nothing was started. ${error.message} list_jobs with { "status": "queued" } shows them: wait until some have ended, or stop one with cancel_job.`;
  }
  return error instanceof ModelUnavailable ? forAgents(error.message, isReader) : undefined;
}

/** An argument that continues a list. */
export function cursorArgument() {
  return z.string().max(2_000).optional().describe('nextCursor of the previous answer.');
}

/** How many items an answer has: 1 to `max`. */
export function limitArgument(max: number, fallback: number) {
  const error = `Limit must be a whole number from 1 to ${max}.`;
  return z.int({ error }).min(1, error).max(max, error).default(fallback);
}
