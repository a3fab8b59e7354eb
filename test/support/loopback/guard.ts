/**
 * Preloaded by every test (`bunfig.toml`), and by each script that tests run with Bun: reaching for a
 * host other than this machine throws, and the test fails even when the error is caught. Covered are
 * `fetch`, `WebSocket`, `Bun.connect`, UDP, DNS, and `net.Socket`, on which TLS and HTTP of Node are
 * built. `Bun.fetch` cannot be replaced; a test refuses its use.
 */
import { appendFileSync } from 'node:fs';
import { hostOfAddress, hostOfConnect, isOnThisMachine } from './hosts.ts';
import { otherHosts, ownHosts } from './other_hosts.ts';

/** The file to which the processes of a test write the hosts that they were refused. */
export const REFUSED_FILE = 'XGPT_TEST_REFUSED_FILE';

export class HostRefused extends Error {
  override readonly name = 'HostRefused';
}

/** @throws HostRefused when the host is not on this machine. */
function check(way: string, host: string | undefined): void {
  if (otherHosts.allowed || isOnThisMachine(host) || ownHosts.has(host ?? '')) return;
  const file = process.env[REFUSED_FILE];
  if (file) appendFileSync(file, `${way} of ${host}, by ${process.argv.slice(1).join(' ')}\n`);
  throw new HostRefused(`A test may not reach ${host} (${way}).`);
}

type Anything = (...args: never[]) => unknown;

/** Replaces a method by one that checks the host in its arguments first. */
function guard(
  owner: object,
  name: string,
  hostIn: (args: unknown[]) => string | undefined,
  refuse: (error: unknown) => unknown = raise,
): void {
  const original = Reflect.get(owner, name) as Anything;
  const guarded = function (this: unknown, ...args: unknown[]) {
    try {
      check(name, hostIn(args));
    } catch (error) {
      return refuse(error);
    }
    return Reflect.apply(original, this, args);
  };
  Reflect.set(owner, name, Object.assign(guarded, original));
}

function raise(error: unknown): never {
  throw error;
}

function guardFetch(): void {
  const original = globalThis.fetch;
  const guarded = async (input: string | URL | Request, init?: BunFetchRequestInit) => {
    const isUnixSocket = init?.unix !== undefined;
    if (!isUnixSocket) check('fetch', hostOfAddress(input));
    if (typeof init?.proxy === 'string') check('fetch', hostOfAddress(init.proxy));
    const response = await original(input, init);
    // Redirects are followed without asking.
    if (response.redirected) check('fetch after a redirect', hostOfAddress(response.url));
    return response;
  };
  globalThis.fetch = Object.assign(guarded, { preconnect: original.preconnect });
}

function guardWebSocket(): void {
  globalThis.WebSocket = new Proxy(WebSocket, {
    construct(target, args, newTarget) {
      check('WebSocket', hostOfAddress(args[0] as string));
      return Reflect.construct(target, args, newTarget);
    },
  });
}

const NAME_LOOKUPS = [
  'lookup',
  'resolve',
  'resolve4',
  'resolve6',
  'resolveAny',
  'resolveCname',
  'resolveMx',
  'resolveSrv',
  'resolveTxt',
];

async function guardModules(): Promise<void> {
  const [net, dns, dgram] = await Promise.all([
    import('node:net'),
    import('node:dns'),
    import('node:dgram'),
  ]);
  guard(net.Socket.prototype, 'connect', hostOfConnect);
  const reject = (error: unknown) => Promise.reject(error);
  for (const name of NAME_LOOKUPS) {
    guard(dns.default, name, ([host]) => String(host));
    guard(dns.default.promises, name, ([host]) => String(host), reject);
  }
  guard(Bun.dns, 'lookup', ([host]) => String(host), reject);
  guard(Bun, 'connect', ([options]) => hostOfConnect([options]), reject);
  const datagram = dgram.Socket.prototype;
  guard(datagram, 'connect', ([, host]) => (typeof host === 'string' ? host : undefined));
  // (message, [offset, length,] [port] [, address] [, callback])
  guard(datagram, 'send', (args) => args.slice(1).find((arg) => typeof arg === 'string'));
  const openUdp = Bun.udpSocket;
  Reflect.set(Bun, 'udpSocket', async (options: Parameters<typeof openUdp>[0]) => {
    check('udpSocket', (options as { connect?: { hostname: string } }).connect?.hostname);
    const socket = await openUdp(options);
    guard(socket, 'send', ([, , host]) => (typeof host === 'string' ? host : undefined));
    return socket;
  });
}

guardFetch();
guardWebSocket();
await guardModules();
