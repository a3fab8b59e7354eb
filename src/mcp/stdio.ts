import { PassThrough } from 'node:stream';
import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { agentName, declaresTasks, sessionOf } from './conversation.ts';
import type { AgentDeps, Caller } from './deps.ts';
import { createAgentServer, toolsOf } from './server.ts';

/**
 * What was sent just before standard input ended is still answered, if that takes no longer than this,
 * in ms: `echo … | xgpt mcp`.
 */
const LAST_ANSWERS_MS = 250;

/**
 * Talks to one agent over standard input and output. Nothing else may write to standard output.
 * Resolves when standard input has ended.
 */
export async function serveAgentOnStdio(deps: AgentDeps): Promise<void> {
  const tools = toolsOf(deps);
  const conversation = Bun.randomUUIDv7().slice(-8);
  const { input, ended } = standardInput();
  const agent = serveStdio(
    () =>
      createAgentServer(deps, tools, (server, context) => callerOf(conversation, server, context)),
    {
      onerror: (error) => deps.logger.debug('A message of the agent failed.', { error }),
      transport: new StdioServerTransport(input, process.stdout),
    },
  );
  await ended;
  await agent.close();
}

/** The library (2.4.0) drops what it has not answered yet as soon as its input ends. */
function standardInput(): { input: PassThrough; ended: Promise<void> } {
  const input = new PassThrough();
  const { promise, resolve } = Promise.withResolvers<void>();
  process.stdin.pipe(input, { end: false });
  const end = () => setTimeout(resolve, LAST_ANSWERS_MS);
  process.stdin.once('end', end);
  process.stdin.once('close', end);
  return { input, ended: promise };
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
