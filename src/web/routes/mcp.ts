import type { Elysia } from 'elysia';
import { z } from 'zod';
import type { AgentEndpoint } from '../../mcp/index.ts';
import type { Logger } from '../../platform/logger.ts';
import { unchecked } from '../contract/declare.ts';
import { NO_QUERY } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { isReader } from '../http/authenticate.ts';
import { READ_BY_HANDLER, readText } from '../http/body.ts';
import { addressOf } from '../http/incoming.ts';

/** A message of the protocol. The library checks it. */
const MESSAGE = unchecked(() => z.unknown(), { types: ['application/json'] });

/**
 * For agents, by the Model Context Protocol; see docs/agents.md. It is loaded at the first request, and
 * not part of the OpenAPI document, because the protocol describes itself.
 */
export function mcpRoute(deps: WebDeps, logger: Logger) {
  let endpoint: Promise<AgentEndpoint> | undefined;
  return (app: Elysia) =>
    app.post(
      '/mcp',
      async ({ request, server }) => {
        endpoint ??= load(deps, logger);
        const body = await readText(request);
        // It may wait for a job, or stream for long.
        server?.timeout(request, 0);
        const address = addressOf({ request, server });
        return (await endpoint).answer(request, body, { isReader: isReader(request), address });
      },
      { ...READ_BY_HANDLER, query: NO_QUERY, body: MESSAGE, detail: { hide: true } },
    );
}

async function load(deps: WebDeps, logger: Logger): Promise<AgentEndpoint> {
  const { createAgentEndpoint } = await import('../../mcp/index.ts');
  const endpoint = createAgentEndpoint({ ...deps, logger });
  deps.closing.addEventListener('abort', () => void endpoint.close());
  return endpoint;
}
