import { createMcpHandler, type Server, type ServerContext } from '@modelcontextprotocol/server';
import {
  agentName,
  declaresTasks,
  readSessionId,
  sessionIdFor,
  sessionOf,
} from './conversation.ts';
import type { AgentDeps, Caller } from './deps.ts';
import { createAgentServer, toolsOf } from './server.ts';

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
  close(): Promise<void>;
}

/** Streamable HTTP, of both revisions of the protocol. Keeps nothing between requests. */
export function createAgentEndpoint(deps: AgentDeps): AgentEndpoint {
  const tools = toolsOf(deps);
  const handler = createMcpHandler(
    ({ authInfo }) => {
      const visit = authInfo?.extra as unknown as Visit & { session: string | null };
      return createAgentServer(deps, tools, (server, context) => callerOf(visit, server, context));
    },
    { onerror: (error) => deps.logger.debug('A request of an agent failed.', { error }) },
  );
  return {
    async answer({ url, headers, signal }, body, visit) {
      const request = new Request(url, { method: 'POST', headers, body, signal });
      const session = headers.get(SESSION_HEADER);
      const authInfo = { token: '', clientId: '', scopes: [], extra: { ...visit, session } };
      const response = await handler.fetch(request, { authInfo });
      const opened = response.ok ? openedSession(body) : undefined;
      if (opened !== undefined) response.headers.set(SESSION_HEADER, opened);
      return response;
    },
    close: () => handler.close(),
  };
}

/** The id of the session that this request opens; undefined when it opens none. */
function openedSession(body: string): string | undefined {
  if (!body.includes('initialize')) return undefined;
  try {
    const { method, params } = JSON.parse(body) as { method?: unknown; params?: unknown };
    return method === 'initialize' ? sessionIdFor(params) : undefined;
  } catch {
    return undefined;
  }
}

function callerOf(
  { isReader, address, session }: Visit & { session: string | null },
  server: Server,
  { mcpReq: { envelope } }: ServerContext,
): Caller {
  const known = envelope ? undefined : readSessionId(session);
  const agent = known?.agent ?? agentName(server.getClientVersion());
  // A conversation of the newer revision has no name of its own: its jobs are those of the day.
  const mark = known?.id.slice(-8) ?? new Date().toISOString().slice(0, 10);
  return {
    agent,
    sessionId: sessionOf(agent, mark),
    hasTasks: known?.hasTasks ?? declaresTasks(server.getClientCapabilities()),
    isReader,
    client: address,
    ...(address !== undefined && { address }),
  };
}
