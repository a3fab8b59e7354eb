import type { Readable, Writable } from 'node:stream';
import {
  CLIENT_INFO_META_KEY,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { agentName, declaresTasks, sessionOf } from './conversation.ts';
import type { AgentDeps, Caller } from './deps.ts';
import { LineTransport } from './line_transport.ts';
import { createAgentServer, toolsOf } from './server.ts';

/** Calls that came before the end are answered, if that takes no longer than this, in ms. */
const LAST_ANSWERS_MS = 30_000;

interface Pipe {
  input: Readable;
  output: Writable;
}

/** How `xgpt mcp` was started. */
export interface PipeOptions {
  /** The agent sees everything and changes nothing, as with the reader's token. Default: false. */
  isReader?: boolean;
}

/**
 * Talks to one agent over standard input and output. Nothing else may write to standard output.
 * Resolves when the input has ended, the connection failed or `closing` aborts, and all is answered: what
 * waits for a job then says that the job goes on.
 */
export async function serveAgentOnStdio(
  deps: AgentDeps,
  { isReader = false }: PipeOptions = {},
  { input, output }: Pipe = { input: process.stdin, output: process.stdout },
): Promise<void> {
  const conversation = Bun.randomUUIDv7().slice(-8);
  const callerFor = (server: Server, context: ServerContext) =>
    callerOf({ conversation, isReader }, server, context);
  const ending = new AbortController();
  const closing = deps.closing ? AbortSignal.any([deps.closing, ending.signal]) : ending.signal;
  const own = { ...deps, closing };
  const tools = toolsOf(own);
  const transport = new LineTransport(input, output);
  const agent = serveStdio(() => createAgentServer(own, tools, callerFor, isReader), {
    onerror: (error) => deps.logger.debug('A message of the agent failed.', { error }),
    transport,
  });
  await Promise.race([transport.ended, aborted(closing)]);
  ending.abort();
  await Promise.race([transport.settled(), Bun.sleep(LAST_ANSWERS_MS)]);
  await agent.close();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function callerOf(
  { conversation, isReader }: { conversation: string; isReader: boolean },
  server: Server,
  { mcpReq }: ServerContext,
): Caller {
  const envelope = mcpReq.envelope as Record<string, unknown> | undefined;
  const agent = agentName(envelope?.[CLIENT_INFO_META_KEY] ?? server.getClientVersion());
  return {
    agent,
    sessionId: sessionOf(agent, conversation),
    hasTasks: declaresTasks(envelope),
    isReader,
    client: `agent ${agent}`,
  };
}
