import { listed } from '../text/listed.ts';

/**
 * Which addresses a webhook may have. The special-purpose registries of IANA (RFC 6890 and its updates)
 * list what is not public.
 */

const SPECIAL_IPV4: [network: string, bits: number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];

/** Within 2000::/3, which has all public addresses: those that lead elsewhere. */
const SPECIAL_IPV6: [network: string, bits: number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

/** Whether an IP address belongs to the public internet. */
export function isPublic(address: string): boolean {
  const { isIP } = process.getBuiltinModule('node:net');
  const family = isIP(address);
  if (family === 4) return !isWithin(address, 'ipv4', SPECIAL_IPV4);
  if (family === 0 || address.includes('%')) return false;
  return isWithin(address, 'ipv6', [['2000::', 3]]) && !isWithin(address, 'ipv6', SPECIAL_IPV6);
}

function isWithin(address: string, family: 'ipv4' | 'ipv6', networks: [string, number][]): boolean {
  const { BlockList } = process.getBuiltinModule('node:net');
  const list = new BlockList();
  for (const [network, bits] of networks) list.addSubnet(network, bits, family);
  return list.check(address, family);
}

/** The host is, or resolves to, private addresses only. Another process may allow it. */
export class PrivateAddress extends Error {
  override readonly name = 'PrivateAddress';
  constructor(host: string, addresses: string[]) {
    super(
      `${placeOf(host, addresses)}; to allow it, set XGPT_PRIVATE_WEBHOOKS to on for every process.`,
    );
  }
}

/** "10.0.0.8 is not on the public internet", "inner.example is at 10.0.0.8, which is not …". */
function placeOf(host: string, addresses: string[]): string {
  const isAddress = addresses.every((address) => address === host);
  if (isAddress) return `${host} is not on the public internet`;
  const be = addresses.length > 1 ? 'are' : 'is';
  return `${host} is at ${listed(addresses, 'and')}, which ${be} not on the public internet`;
}

/** Resolves a host's name to IP addresses. @throws when it has none. */
export type Resolve = (host: string) => Promise<string[]>;

export async function resolveHost(host: string): Promise<string[]> {
  const { lookup } = process.getBuiltinModule('node:dns/promises');
  const found = await lookup(host, { all: true, verbatim: true });
  return found.map(({ address }) => address);
}

/**
 * The addresses of a host to which a request may be sent. The caller must connect to one of them, and not
 * resolve the name again: the next answer could be another one.
 * @throws PrivateAddress when there is none.
 */
export async function allowedAddresses(
  hostname: string,
  { resolve, allowPrivate }: { resolve: Resolve; allowPrivate: boolean },
): Promise<string[]> {
  const host = hostname.replace(/^\[|\]$/g, '');
  const { isIP } = process.getBuiltinModule('node:net');
  const addresses = isIP(host) ? [host] : await resolve(host);
  const allowed = allowPrivate ? addresses : addresses.filter(isPublic);
  if (allowed.length === 0) throw new PrivateAddress(host, addresses);
  return allowed;
}
