const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'];

/** Of addresses in which a user or password has such signs as they are. */
const ENCODED =
  'In a user or password, write %40 for @, %2F for /, %3F for ?, %23 for # and %25 for %';

/**
 * What is wrong with the address of a PostgreSQL database, as the end of a sentence that shows nothing of
 * it; undefined when nothing is.
 */
export function postgresAddressProblem(given: string): string | undefined {
  const url = URL.parse(given.trim());
  const isOne = url && /^postgres(ql)?:$/.test(url.protocol) && url.pathname.length > 1;
  if (!isOne || !isReadable(url)) {
    return `must be the address of a PostgreSQL database: postgres://user:password@host:port/database. ${ENCODED}`;
  }
  const mode = url.searchParams.get('sslmode');
  if (!mode || SSL_MODES.includes(mode.toLowerCase())) return undefined;
  return `must have one of these as its sslmode, or none: ${SSL_MODES.join(', ')}`;
}

/** The same of the server that hands out jobs: `redis://host:6379`, `rediss://…`, or a PostgreSQL database. */
export function queueAddressProblem(given: string): string | undefined {
  const url = URL.parse(given.trim());
  if (/^postgres(ql)?:$/.test(url?.protocol ?? '')) return postgresAddressProblem(given);
  const isOne = url && /^rediss?:$/.test(url.protocol) && /^(\/\d*)?$/.test(url.pathname);
  if (!isOne || !isReadable(url)) {
    return `must be the address of a Redis server or a PostgreSQL database: redis://:password@host:6379, rediss://:password@host:6379 or postgres://user:password@host:port/database. ${ENCODED}`;
  }
  // Others reach the client as texts, and the connection fails in ways that say nothing of them.
  const isPlain = /^(\?family=[046])?$/.test(url.search);
  return isPlain ? undefined : 'must have no parameters but family=4 or family=6';
}

/** Whether it has a host, and a user, a password and a path that mean something. */
function isReadable({ hostname, port, username, password, pathname, hash }: URL): boolean {
  if (hostname === '' || port === '0' || hash !== '') return false;
  return [username, password, pathname].every(isDecodable);
}

function isDecodable(part: string): boolean {
  try {
    return !decodeURIComponent(part).includes('\0');
  } catch {
    return false;
  }
}

/** Whether it is the name of a host in lower case, without scheme and port. */
export function isHostName(name: string): boolean {
  return /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/.test(name);
}

/** An IP address, alone or with the number of bits that a range has in common: `10.0.0.0/8`. */
export function isAddressRange(range: string): boolean {
  // Loaded only when needed: a static import would slow down every start.
  const { isIP } = process.getBuiltinModule('node:net');
  const [address = '', bits, ...rest] = range.split('/');
  const max = { 4: 32, 6: 128 }[isIP(address)];
  if (max === undefined || address.includes('%') || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= max);
}

/** Whether only this machine can reach it. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || /^\[?::1\]?$/.test(host) || /^127(\.\d{1,3}){3}$/.test(host);
}
