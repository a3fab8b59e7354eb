import type { Tracker } from '../jobs/index.ts';
import type { OperationDeps } from '../operations/deps.ts';
import type { Operations } from '../operations/index.ts';
import type { Config } from '../platform/config.ts';
import type { Health } from '../platform/health.ts';
import type { Logger } from '../platform/logger.ts';

/** What agents work with. */
export interface AgentDeps extends OperationDeps {
  tracker: Tracker;
  operations: Operations;
  config: Pick<Config, 'agentWaitMs' | 'keepFinishedMs'>;
  logger: Logger;
  health: Pick<Health, 'noticed'>;
  /** Aborts when the server stops: nothing waits any longer then. */
  closing?: AbortSignal;
}

/** Who calls, as far as the protocol and the connection tell. */
export interface Caller {
  /** The agent's name, as it gave it: one line, 60 UTF-16 code units at most. Untrusted text. */
  agent: string;
  /** Where the jobs of its conversation belong, unless a call names another session. */
  sessionId: string;
  /** It declared the Tasks extension for this request. */
  hasTasks: boolean;
  /** It may see everything and change nothing. */
  isReader: boolean;
  /** Names the client, for the limit of waiting jobs. */
  client: string | undefined;
  /** Its IP address; absent for a program of this machine that talks over a pipe. */
  address?: string;
}
