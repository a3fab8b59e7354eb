import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { agentName, declaresTasks, sessionOf } from './conversation.ts';
import type { AgentDeps, Caller } from './deps.ts';
import { createAgentServer, toolsOf } from './server.ts';

/** Talks to one agent over standard input and output. Nothing else may write to standard output. */
export function serveAgentOnStdio(deps: AgentDeps): { close(): Promise<void> } {
  const tools = toolsOf(deps);
  const conversation = Bun.randomUUIDv7().slice(-8);
  return serveStdio(
    () =>
      createAgentServer(deps, tools, (server, context) => callerOf(conversation, server, context)),
    { onerror: (error) => deps.logger.debug('A message of the agent failed.', { error }) },
  );
}

function callerOf(conversation: string, server: Server, { mcpReq }: ServerContext): Caller {
  const envelope = mcpReq.envelope as Record<string, unknown> | undefined;
  const agent = agentName(envelope?.[CLIENT_INFO_META_KEY] ?? server.getClientVersion());
  // The newer revision declares capabilities anew with each request.
  const capabilities = envelope
    ? envelope[CLIENT_CAPABILITIES_META_KEY]
    : server.getClientCapabilities();
  return {
    agent,
    sessionId: sessionOf(agent, conversation),
    hasTasks: declaresTasks(capabilities),
    isReader: false,
    client: `agent ${agent}`,
  };
}
