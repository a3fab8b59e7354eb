import type { Credentials } from './connection.ts';
import type { Source } from './source.ts';

/** Shorter values would be found in words that have nothing to do with them. */
const MIN_SECRET = 6;

/** Of a session, whose strings are also names and addresses; tokens are longer than this. */
const MIN_TOKEN = 20;

const INSTEAD = '[secret]';

/**
 * The source with errors that contain none of its secrets: a client library or a service may repeat
 * what it was sent, and the message of an error is stored, logged and shown.
 */
export function withoutSecrets(source: Source, credentials: Credentials): Source {
  if (!source.connection) return source;
  const cleaned = async (error: unknown, used = credentials) => {
    const secrets = await secretsOf(source, used);
    for (const secret of secrets) clean(error, secret);
    return error;
  };
  async function* guarded<Page>(pages: AsyncIterable<Page>): AsyncGenerator<Page> {
    try {
      yield* pages;
    } catch (error) {
      throw await cleaned(error);
    }
  }
  const { search, discover, connection } = source;
  return Object.assign(Object.create(source) as Source, {
    posts: (request) => guarded(source.posts(request)),
    ...(search && { search: (request) => guarded(search.call(source, request)) }),
    ...(discover && { discover: (request) => guarded(discover.call(source, request)) }),
    ...(connection && {
      connection: {
        ...connection,
        test: async (signal, trial) => {
          try {
            return await connection.test(signal, trial);
          } catch (error) {
            throw await cleaned(error, trial);
          }
        },
      },
    }),
  } satisfies Partial<Source>);
}

async function secretsOf({ name, connection }: Source, credentials: Credentials) {
  const stored = await credentials.read(name).catch(() => undefined);
  const session = stored && (await credentials.readSession(name).catch(() => undefined));
  const fields = connection?.methods.find((method) => method.name === stored?.method)?.fields ?? [];
  const values = fields
    .filter(({ secret }) => secret)
    .map((field) => stored?.values[field.name] ?? '')
    .filter((value) => value.length >= MIN_SECRET);
  return [...values, ...tokensIn(session?.value)];
}

/** Sentences, such as why a login was refused, ids, addresses and handles are no tokens. */
const NO_TOKEN = /\s|^(did:|https?:)|^[a-z0-9.-]+\.[a-z]+$/;

function tokensIn(value: unknown): string[] {
  if (typeof value === 'string') {
    return value.length < MIN_TOKEN || NO_TOKEN.test(value) ? [] : [value];
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(tokensIn) : [];
}

/** Also in its causes. */
function clean(error: unknown, secret: string): void {
  for (let each = error; each instanceof Error; each = each.cause) {
    // The message of an abort cannot be written, and is not the service's.
    if (each instanceof DOMException) continue;
    each.message = each.message.replaceAll(secret, INSTEAD);
    if (each.stack) each.stack = each.stack.replaceAll(secret, INSTEAD);
  }
}
