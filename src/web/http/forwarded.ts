/** What trusted proxies say about the client of a request. */
export interface Forwarded {
  /** The client's IP address. */
  address: string;
  scheme: 'http' | 'https' | undefined;
  /** The host, with its port, that the client asked for. */
  host: string | undefined;
}

/** A name or an address, with or without a port. */
const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d+)?$/i;

/**
 * Reads `X-Forwarded-For`, `-Proto` and `-Host` of requests that come from a trusted proxy. Whatever
 * a client wrote into them itself stands before what the proxies appended, so they are read from the
 * end: the client is the last address that is no trusted proxy.
 * @param proxies addresses and CIDR ranges of the trusted proxies.
 * @returns a reader, which returns undefined for a peer that is no trusted proxy.
 */
export function createForwardedReader(proxies: readonly string[]) {
  const isProxy = createIsProxy(proxies);

  return ({ headers }: Request, peer: string): Forwarded | undefined => {
    if (!isProxy(peer)) return undefined;
    let address = peer;
    let hops = 1;
    for (const entry of valuesOf(headers, 'x-forwarded-for').reverse()) {
      const read = addressIn(entry);
      if (read === undefined) break;
      address = read;
      if (!isProxy(address)) break;
      hops++;
    }
    const host = nthFromEnd(valuesOf(headers, 'x-forwarded-host'), hops);
    const scheme = nthFromEnd(valuesOf(headers, 'x-forwarded-proto'), hops)?.toLowerCase();
    return {
      address,
      scheme: scheme === 'https' || scheme === 'http' ? scheme : undefined,
      host: host !== undefined && HOST.test(host) ? host : undefined,
    };
  };
}

function createIsProxy(proxies: readonly string[]): (address: string) => boolean {
  if (proxies.length === 0) return () => false;
  const { BlockList, isIPv6 } = process.getBuiltinModule('node:net');
  const family = (address: string) => (isIPv6(address) ? 'ipv6' : 'ipv4');
  const list = new BlockList();
  for (const proxy of proxies) {
    const [address = '', bits] = proxy.split('/');
    if (bits === undefined) list.addAddress(address, family(address));
    else list.addSubnet(address, Number(bits), family(address));
  }
  // BlockList also compares IPv4 addresses with their IPv6 form, such as ::ffff:127.0.0.1.
  return (address) => list.check(address, family(address));
}

function valuesOf(headers: Headers, name: string): string[] {
  const values = headers.get(name)?.split(',') ?? [];
  return values.map((value) => value.trim()).filter((value) => value !== '');
}

/** Some proxies replace the header and others append to it, so there may be fewer values than hops. */
function nthFromEnd(values: string[], n: number): string | undefined {
  return values[Math.max(0, values.length - n)];
}

/** Some proxies add the port: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function addressIn(entry: string): string | undefined {
  const { isIP } = process.getBuiltinModule('node:net');
  const address = /^\[([^\]]*)\](?::\d+)?$|^(\d+(?:\.\d+){3}):\d+$/.exec(entry);
  const plain = address?.[1] ?? address?.[2] ?? entry;
  return isIP(plain) === 0 ? undefined : plain;
}
