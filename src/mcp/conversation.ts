import { CLIENT_CAPABILITIES_META_KEY } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { cut } from '../text/cut.ts';
import { printable } from '../text/printable.ts';

/** The longest name of an agent, in UTF-16 code units. */
const MAX_AGENT = 60;

/** The identifier of the extension, as capabilities name it. */
export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';

/**
 * What a client of an earlier revision says once, in `initialize`. The server keeps nothing: this is
 * the session's id, which the client sends with each request. It claims no more than the client could
 * say anew, so it needs no signature, and it survives a restart.
 */
export interface Handshake {
  /** Of the conversation. */
  id: string;
  agent: string;
}

const handshake = z.object({ id: z.uuid(), agent: z.string().max(200) });

/** The longest id of a session that is read, in characters. */
const MAX_SESSION_ID = 1_000;

export function sessionIdFor(params: unknown): string {
  const { clientInfo } = (params ?? {}) as Record<string, unknown>;
  const said: Handshake = { id: Bun.randomUUIDv7(), agent: agentName(clientInfo) };
  return Buffer.from(JSON.stringify(said)).toString('base64url');
}

/** Undefined when this is no id of such a session. */
export function readSessionId(id: string | null): Handshake | undefined {
  if (!id || id.length > MAX_SESSION_ID) return undefined;
  try {
    const { data } = handshake.safeParse(JSON.parse(Buffer.from(id, 'base64url').toString()));
    return data && { ...data, agent: agentName({ name: data.agent }) };
  } catch {
    return undefined;
  }
}

/** The name of a client on one line, whatever it sent. */
export function agentName(clientInfo: unknown): string {
  const { name } = (clientInfo ?? {}) as Record<string, unknown>;
  const line = typeof name === 'string' ? cut(printable(name), MAX_AGENT) : '';
  return line || 'unnamed';
}

/**
 * Whether the capabilities of a request have the Tasks extension. The extension counts no earlier
 * declaration, so that of `initialize` does not suffice.
 */
export function declaresTasks(envelope: unknown): boolean {
  const capabilities = ((envelope ?? {}) as Record<string, unknown>)[CLIENT_CAPABILITIES_META_KEY];
  const { extensions } = (capabilities ?? {}) as Record<string, unknown>;
  if (typeof extensions !== 'object' || extensions === null) return false;
  const settings = (extensions as Record<string, unknown>)[TASKS_EXTENSION];
  return typeof settings === 'object' && settings !== null;
}

/**
 * The session of a conversation, by a name that people recognise: the agent's, and what tells its
 * conversations apart.
 */
export function sessionOf(agent: string, mark: string): string {
  const name = agent
    .replace(/[^\p{L}\p{N} ._-]/gu, '-')
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .trimEnd();
  return `${name || 'agent'} ${mark}`;
}
