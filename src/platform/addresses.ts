/** Whether it names a server and a database: `postgres://user:password@host:port/database`. */
export function isPostgresAddress(given: string): boolean {
  const url = URL.parse(given.trim());
  if (!url || url.hostname === '' || url.pathname.length < 2) return false;
  return /^postgres(ql)?:$/.test(url.protocol);
}

/** Whether it names a server that hands out jobs: `redis://host:6379`, `rediss://…`, or a PostgreSQL database. */
export function isQueueAddress(given: string): boolean {
  const url = URL.parse(given.trim());
  return (
    isPostgresAddress(given) || (/^rediss?:$/.test(url?.protocol ?? '') && url?.hostname !== '')
  );
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
