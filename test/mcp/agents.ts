import {
  Client,
  StreamableHTTPClientTransport,
  type Transport,
} from '@modelcontextprotocol/client';
import { z } from 'zod';

/** The official client, as an agent of either revision of the protocol. */

export const REVISIONS = ['2026-07-28', '2025-11-25'] as const;

export type Revision = (typeof REVISIONS)[number];

export interface AgentOptions {
  revision: Revision;
  /** Whether it declares the extension for tasks: with each request, or once. Default: yes. */
  hasTasks?: boolean | 'once';
  name?: string;
  /** Sends requests over HTTP; the global one by default. */
  fetch?: (url: URL | string, init?: RequestInit) => Promise<Response>;
  headers?: Record<string, string>;
}

export const TASKS = 'io.modelcontextprotocol/tasks';

const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';

export type Json = Record<string, unknown>;

/** An answer of JSON-RPC as it came. */
export interface Reply {
  result?: Json;
  error?: { code: number; message: string; data?: unknown };
}

const NO_CAPABILITIES = {};
const TASK_CAPABILITIES = { extensions: { [TASKS]: {} } };

/** An agent that talks to `url` by HTTP. */
export function httpAgent(url: string, options: AgentOptions) {
  const { fetch, headers } = options;
  const transport = new StreamableHTTPClientTransport(new URL('/mcp', url), {
    ...(fetch && { fetch }),
    ...(headers && { requestInit: { headers } }),
  });
  return connect(transport, options);
}

/** An agent of an app in this process. */
export function appAgent(
  web: { request(path: string, init?: RequestInit): Promise<Response> },
  options: AgentOptions,
) {
  const fetch = (url: URL | string, init?: RequestInit) => web.request(new URL(url).pathname, init);
  return httpAgent('http://localhost:3000', { fetch, ...options });
}

/** Connects over any transport of the library. */
export async function connect(
  transport: Transport,
  { revision, hasTasks = true, name = 'test-agent' }: AgentOptions,
) {
  const capabilities = hasTasks ? TASK_CAPABILITIES : NO_CAPABILITIES;
  const isModern = revision === '2026-07-28';
  const info = { name, version: '1.0.0' };
  const mode = isModern ? { pin: revision } : ('legacy' as const);
  const client = new Client(info, { versionNegotiation: { mode }, capabilities });
  await client.connect(transport as Parameters<Client['connect']>[0]);
  const send = rawSender(transport);
  const envelope = {
    'io.modelcontextprotocol/protocolVersion': revision,
    'io.modelcontextprotocol/clientInfo': info,
    [CAPABILITIES]: capabilities,
  };
  /** As the agent sends it, past the client's own checks: it (2.4.0) refuses handles of tasks. */
  const request = (method: string, params: Json = {}): Promise<Reply> => {
    const { [CAPABILITIES]: own } = envelope;
    const _meta = isModern ? envelope : hasTasks === true ? { [CAPABILITIES]: own } : undefined;
    return send({ method, params: _meta ? { ...params, _meta } : params });
  };
  const call = async (tool: string, args: Json = {}): Promise<Json> => {
    const { result, error } = await request('tools/call', { name: tool, arguments: args });
    if (!result) throw new Error(`${tool}: ${JSON.stringify(error)}`);
    return result;
  };
  return {
    client,
    request,
    call,
    send,
    /** What `tasks/get` tells. */
    task: async (taskId: unknown): Promise<Json> => {
      const { result, error } = await request('tasks/get', { taskId });
      if (!result) throw new Error(`tasks/get: ${JSON.stringify(error)}`);
      return result;
    },
    close: () => client.close(),
  };
}

export type Agent = Awaited<ReturnType<typeof connect>>;

const reply = z.looseObject({ id: z.union([z.string(), z.number()]).nullish() });

/** Sends requests of its own beside those of the client, on the same connection. */
function rawSender(transport: Transport) {
  const waiting = new Map<string, (answer: Reply) => void>();
  const ofClient = transport.onmessage;
  transport.onmessage = (message: unknown, extra?: unknown) => {
    const id = String(reply.safeParse(message).data?.id);
    const resolve = waiting.get(id);
    if (!resolve) return (ofClient as (...given: unknown[]) => void)?.(message, extra);
    waiting.delete(id);
    resolve(message as Reply);
  };
  let count = 0;
  return async (message: { method: string; params: unknown }): Promise<Reply> => {
    count += 1;
    const id = `raw-${count}`;
    // Node 20 has no `Promise.withResolvers`.
    const promise = new Promise<Reply>((resolve) => waiting.set(id, resolve));
    await transport.send({ jsonrpc: '2.0', id, ...message } as never);
    return promise;
  };
}

/** The texts of an answer's content. */
export function textsOf(result: Json): string[] {
  return (result.content as { type: string; text?: string }[]).flatMap(({ text }) => text ?? []);
}

/** The collected data of an answer. */
export function dataOf(result: Json): Json {
  const found = textsOf(result).find((text) => text.startsWith('{'));
  if (found === undefined) throw new Error(`No data: ${JSON.stringify(result)}`);
  return JSON.parse(found) as Json;
}
