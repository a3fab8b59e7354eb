import {
  createMcpHandler,
  MissingRequiredClientCapabilityError,
  PROTOCOL_VERSION_META_KEY,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import {
  agentName,
  declaresTasks,
  readSessionId,
  sessionIdFor,
  sessionOf,
  TASKS_EXTENSION,
} from './conversation.ts';
import type { AgentDeps, Caller } from './deps.ts';
import { createAgentServer, toolsOf } from './server.ts';
import type { AgentTool } from './tool.ts';

/** What the web server knows of a request. */
export interface Visit {
  isReader: boolean;
  /** The client's IP address. */
  address: string | undefined;
}

/** The header with which a client of revision 2025-11-25 names its session. */
const SESSION_HEADER = 'mcp-session-id';

export interface AgentEndpoint {
  /** Answers a `POST` whose body was read already. */
  answer(request: Request, body: string, visit: Visit): Promise<Response>;
  /** Resolves when the calls that run now are answered. Those that wait for a job wait no longer, once `closing` aborts. */
  close(): Promise<void>;
}

/** Streamable HTTP, of both revisions of the protocol. Keeps nothing between requests. */
export function createAgentEndpoint(deps: AgentDeps): AgentEndpoint {
  const { tools, settled } = followed(toolsOf(deps));
  const handler = createMcpHandler(
    ({ authInfo }) => {
      const visit = authInfo?.extra as unknown as Visit & { session: string | null };
      const callerFor = (server: Server, context: ServerContext) =>
        callerOf(visit, server, context);
      return createAgentServer(deps, tools, callerFor, visit.isReader);
    },
    { onerror: (error) => deps.logger.debug('A request of an agent failed.', { error }) },
  );
  return {
    async answer({ url, headers, signal }, body, visit) {
      const message = readMessage(body);
      if (asksForTaskNews(message)) return missingCapability(message.id);
      const request = new Request(url, { method: 'POST', headers, body, signal });
      const session = headers.get(SESSION_HEADER);
      const authInfo = { token: '', clientId: '', scopes: [], extra: { ...visit, session } };
      const response = await handler.fetch(request, { authInfo });
      if (response.ok && message.method === 'initialize') {
        response.headers.set(SESSION_HEADER, sessionIdFor(message.params));
      }
      return response;
    },
    async close() {
      await settled();
      await handler.close();
    },
  };
}

/** Tools whose calls can be waited for: the library's `close` drops what is not answered yet. */
function followed(given: ReadonlyMap<string, AgentTool>) {
  const calls = new Set<Promise<unknown>>();
  const follow = (tool: AgentTool): AgentTool => ({
    ...tool,
    call(...args) {
      const answer = tool.call(...args);
      calls.add(answer);
      const forget = () => calls.delete(answer);
      answer.then(forget, forget);
      return answer;
    },
  });
  const tools = new Map([...given].map(([name, tool]) => [name, follow(tool)]));
  return {
    tools,
    /** Resolves when those that run now have ended, and the library had its turn to send their answers. */
    async settled() {
      await Promise.allSettled(calls);
      await new Promise<void>((resolve) => setImmediate(resolve));
    },
  };
}

type Message = { method?: unknown; params?: unknown; id?: unknown };

/** Empty when the body is no message: the library says what is wrong with it. */
function readMessage(body: string): Message {
  try {
    const message: unknown = JSON.parse(body);
    return typeof message === 'object' && message !== null ? message : {};
  } catch {
    return {};
  }
}

/**
 * Whether it subscribes to tasks without the extension, which the extension wants refused. With it, the
 * library acknowledges none of them, as the extension allows.
 */
function asksForTaskNews({ method, params }: Message): boolean {
  if (method !== 'subscriptions/listen') return false;
  const { notifications, _meta } = (params ?? {}) as Record<string, Record<string, unknown>>;
  return notifications?.taskIds !== undefined && !declaresTasks(_meta);
}

function missingCapability(id: unknown): Response {
  const requiredCapabilities = { extensions: { [TASKS_EXTENSION]: {} } };
  const { code, message, data } = new MissingRequiredClientCapabilityError({
    requiredCapabilities,
  });
  return Response.json({ jsonrpc: '2.0', id, error: { code, message, data } }, { status: 400 });
}

function callerOf(
  { isReader, address, session }: Visit & { session: string | null },
  server: Server,
  { mcpReq: { envelope } }: ServerContext,
): Caller {
  const isModern = envelope !== undefined && PROTOCOL_VERSION_META_KEY in envelope;
  const known = isModern ? undefined : readSessionId(session);
  const agent = known?.agent ?? agentName(server.getClientVersion());
  // A conversation of the newer revision has no name of its own: its jobs are those of the day.
  const mark = known?.id.slice(-8) ?? new Date().toISOString().slice(0, 10);
  return {
    agent,
    sessionId: sessionOf(agent, mark),
    hasTasks: declaresTasks(envelope),
    isReader,
    client: address,
    ...(address !== undefined && { address }),
  };
}
