import type { JSONRPCMessage, Server, Transport } from '@modelcontextprotocol/server';
import { z } from 'zod';

/** Codes of JSON-RPC. */
const INVALID_PARAMS = -32_602;
const INTERNAL_ERROR = -32_603;

const failure = z.looseObject({
  error: z.looseObject({ code: z.literal(INTERNAL_ERROR), message: z.string() }),
});

const issues = z.array(z.looseObject({ path: z.array(z.unknown()), message: z.string() })).min(1);

/**
 * The library (2.4.0) answers parameters of the wrong form with the code of an internal error and the
 * issues of Zod as its message. This makes them what they are: invalid parameters, named in words.
 */
export function nameWrongParams(server: Server): Server {
  const connect = server.connect.bind(server);
  server.connect = (transport: Transport) => {
    const send = transport.send.bind(transport);
    transport.send = (message, options) => send(corrected(message), options);
    return connect(transport);
  };
  return server;
}

function corrected(message: JSONRPCMessage): JSONRPCMessage {
  const { data } = failure.safeParse(message);
  const wrong = data && wordsOf(data.error.message);
  if (!wrong) return message;
  return { ...message, error: { code: INVALID_PARAMS, message: wrong } } as JSONRPCMessage;
}

/** "Invalid params: cursor: expected string"; undefined when the text is no list of issues. */
function wordsOf(text: string): string | undefined {
  if (!text.startsWith('[')) return undefined;
  try {
    const { data } = issues.safeParse(JSON.parse(text));
    const [first] = data ?? [];
    if (!first) return undefined;
    const path = first.path.filter((part) => part !== 'params').join('.');
    return `Invalid params: ${path ? `${path}: ` : ''}${first.message}.`;
  } catch {
    return undefined;
  }
}
