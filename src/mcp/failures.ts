import { ProtocolError, ProtocolErrorCode, type ServerContext } from '@modelcontextprotocol/server';
import { InvalidInput } from '../jobs/index.ts';
import { InvalidCursor } from '../library/index.ts';
import { DatabaseUnusable } from '../platform/database.ts';
import { databaseIssueOf } from '../platform/database_issue.ts';
import { StorageFailed } from '../platform/storage_issue.ts';
import type { AgentDeps } from './deps.ts';

/** The cursor of a list is of another list, or was changed. */
export class WrongCursor extends Error {
  override readonly name = 'WrongCursor';
}

/**
 * What keeps the database or the disk from being used, and what to do, in the words of the HTTP API;
 * undefined when the error has another cause.
 */
export function outOfOrderWords(
  { health }: Pick<AgentDeps, 'health'>,
  error: unknown,
): string | undefined {
  if (error instanceof DatabaseUnusable) return error.message;
  health.noticed(error);
  const issue = error instanceof StorageFailed ? error.issue : databaseIssueOf(error);
  return issue && `${issue.title} ${issue.advice}`;
}

/**
 * Answers a method of the protocol. The texts of unknown errors say how the program works: they are
 * logged, and not sent.
 * @param method for the log.
 * @throws ProtocolError only.
 */
export async function answered<Value>(
  deps: Pick<AgentDeps, 'health' | 'logger'>,
  method: string,
  { mcpReq }: Pick<ServerContext, 'mcpReq'>,
  answer: () => Value | Promise<Value>,
): Promise<Value> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    if (isWrongCursor(error)) {
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'Invalid cursor.');
    }
    const words = outOfOrderWords(deps, error);
    if (words === undefined && !mcpReq.signal.aborted) {
      deps.logger.error('A request of an agent failed.', { method, error });
    }
    const message = words ?? 'Internal error. See the log of xgpt.';
    throw new ProtocolError(ProtocolErrorCode.InternalError, message);
  }
}

function isWrongCursor(error: unknown): boolean {
  return (
    error instanceof WrongCursor || error instanceof InvalidCursor || error instanceof InvalidInput
  );
}
