/**
 * Bluesky on loopback: the official XRPC server, which checks requests and answers by the official
 * lexicons, over invented accounts.
 *
 *     bun test/support/bluesky_double.ts --port 0 [--posts 50000] [--authors one.example,two.example]
 *
 * prints its address. Unless authors are named, `ada.example` has posts, `sealed.example` is for signed-in people only, and
 * the app password of each account is `abcd-efgh-ijkl-mnop`. `POST /_double/posts` with
 * `{ "handle", "texts" }` adds posts.
 */
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { schemas } from '@atproto/api';
import { createServer } from '@atproto/xrpc-server';
import { livelyPosts } from './bluesky/lively.ts';
import { Logins } from './bluesky/logins.ts';
import { addMethods } from './bluesky/methods.ts';
import { World } from './bluesky/world.ts';

export interface DoubleRequest {
  /** `app.bsky.feed.getAuthorFeed`. */
  method: string;
  params: URLSearchParams;
  authorization?: string;
}

/** What the double does instead of answering. */
export type Fault =
  | { status: number; headers?: Record<string, string>; body?: unknown }
  /** A page with status 200, as a proxy shows during maintenance. */
  | 'html'
  /** A body that ends in its middle. */
  | 'cut'
  /** No answer. */
  | 'silence';

export type Script = (request: DoubleRequest, number: number) => Fault | undefined;

const HTML = '<!doctype html><title>Maintenance</title><h1>Back soon</h1>';

export async function startBlueskyDouble(port = 0) {
  const world = new World();
  const requests: DoubleRequest[] = [];
  let script: Script = () => undefined;
  let url = '';
  const logins = new Logins(world, () => url);
  const xrpc = createServer(schemas, { validateResponse: true });
  addMethods(xrpc, world, logins);

  const http = createHttpServer((incoming, response) => {
    if (incoming.url === '/_double/posts') return void addPosts(world, incoming, response);
    const request = read(incoming);
    const number = requests.push(request);
    const fault = script(request, number) ?? refusedByAppView(request) ?? unknownParameter(request);
    if (fault) answerWith(fault, response);
    else xrpc.router(incoming, response);
  });
  await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;

  return {
    url,
    world,
    logins,
    /** All requests since the last reset. */
    requests,
    /** @param next decides about each request from now on; none: all are answered. */
    behave(next: Script = () => undefined): void {
      requests.length = 0;
      script = next;
    },
    async stop(): Promise<void> {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

export type BlueskyDouble = Awaited<ReturnType<typeof startBlueskyDouble>>;

function read(incoming: IncomingMessage): DoubleRequest {
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://double');
  return {
    method: pathname.replace('/xrpc/', ''),
    params: searchParams,
    authorization: incoming.headers.authorization,
  };
}

/** The public AppView refuses searches without a login with a page. */
function refusedByAppView({ method, authorization }: DoubleRequest): Fault | undefined {
  const isRefused = method === 'app.bsky.feed.searchPosts' && authorization === undefined;
  return isRefused
    ? { status: 403, headers: { 'content-type': 'text/html' }, body: HTML }
    : undefined;
}

/** The official server passes over parameters that the lexicon does not have. */
function unknownParameter({ method, params }: DoubleRequest): Fault | undefined {
  const lexicon = schemas.find(({ id }) => id === method);
  const { main } = Object(lexicon?.defs) as { main?: { parameters?: { properties: object } } };
  const known = Object.keys(main?.parameters?.properties ?? {});
  const unknown = [...params.keys()].find((name) => !known.includes(name));
  return unknown === undefined
    ? undefined
    : { status: 400, body: { error: 'InvalidRequest', message: `Unknown parameter ${unknown}` } };
}

function answerWith(fault: Fault, response: ServerResponse): void {
  if (fault === 'silence') return;
  if (fault === 'html') {
    response.writeHead(200, { 'content-type': 'text/html' }).end(HTML);
    return;
  }
  if (fault === 'cut') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
    response.write('{"feed":[{"post":', () => response.destroy());
    return;
  }
  const { status, headers, body = { error: 'Fault', message: 'A fault of the double' } } = fault;
  const isText = typeof body === 'string';
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(isText ? body : JSON.stringify(body));
}

async function addPosts(world: World, incoming: IncomingMessage, response: ServerResponse) {
  let body = '';
  for await (const chunk of incoming) body += chunk;
  const { handle, texts } = JSON.parse(body) as { handle: string; texts: string[] };
  const account = world.find(handle);
  for (const text of texts) if (account) world.post(account, { text });
  response.writeHead(account ? 204 : 404).end();
}

/** Accounts to try the product with. */
function fill(world: World, posts: number): void {
  const ada = world.account('ada.example', {
    displayName: 'Ada Harbour',
    description: 'Boats, tides, and a lighthouse. Synthetic.',
    followers: 321,
  });
  const lev = world.account('lev.example', { displayName: 'Lev', description: 'Tides and maps' });
  world.account('sealed.example', { labels: [{ val: '!no-unauthenticated' }] });
  world.account('gone.example', { status: 'suspended' });
  world.postMany(ada, posts);
  const question = world.post(lev, { text: 'When is the tide low?', langs: ['en'] });
  world.post(ada, { text: 'At six.', replyTo: question });
  world.repost(ada, question);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      posts: { type: 'string', default: '250' },
      authors: { type: 'string', default: '' },
    },
  });
  const double = await startBlueskyDouble(Number(values.port));
  const posts = Number(values.posts);
  const authors = values.authors.split(',').filter(Boolean);
  for (const handle of authors) livelyPosts(double.world, double.world.account(handle), posts);
  if (authors.length === 0) fill(double.world, posts);
  console.log(double.url);
}
