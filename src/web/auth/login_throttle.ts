/** Number of wrong tokens that are answered without delay: people mistype. */
const FREE_ATTEMPTS = 4;

const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 4_000;

/**
 * Maximum number of wrong tokens from one address that wait for their answer, which limits the address
 * to 25 attempts a second. The right token is never delayed, and refused only while so many wrong ones wait.
 */
const MAX_WAITING = 100;

/** An address starts at zero after this long without a wrong token, in ms. */
const RESET_AFTER_MS = 15 * 60_000;

/** Maximum number of addresses kept; those without attempts for longest are dropped first. */
const MAX_ADDRESSES = 10_000;

/** Wrong tokens from this address still wait for their answer. */
export class TooManyAttempts extends Error {
  override readonly name = 'TooManyAttempts';

  constructor(readonly retryAfterSeconds: number) {
    super('Too many wrong tokens came from this address.');
  }
}

interface Client {
  wrong: number;
  waiting: number;
  lastAt: number;
}

interface Timing {
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** Delays the answers to wrong tokens, per address. */
export function createLoginThrottle({ now, sleep }: Timing = { now: Date.now, sleep: Bun.sleep }) {
  const clients = new Map<string, Client>();

  function clientOf(address: string): Client {
    const known = clients.get(networkOf(address));
    if (known && now() - known.lastAt < RESET_AFTER_MS) return known;
    return { wrong: 0, waiting: 0, lastAt: now() };
  }

  /** Moves the client to the end of the order in which they are dropped. */
  function remember(address: string, client: Client): void {
    const network = networkOf(address);
    clients.delete(network);
    clients.set(network, client);
    const [oldest] = clients.keys();
    if (clients.size > MAX_ADDRESSES && oldest !== undefined) clients.delete(oldest);
  }

  return {
    /** @throws TooManyAttempts; then even the right token must be refused. */
    refuseTooMany(address: string): void {
      const { waiting, wrong } = clientOf(address);
      if (waiting >= MAX_WAITING) throw new TooManyAttempts(Math.ceil(delayAfter(wrong) / 1000));
    },

    /**
     * Counts a wrong token, and resolves when it may be answered. It counts as waiting until then,
     * even if the client disconnects.
     */
    async wrong(address: string): Promise<void> {
      const client = clientOf(address);
      client.wrong++;
      client.lastAt = now();
      remember(address, client);
      const delay = delayAfter(client.wrong);
      if (delay === 0) return;
      client.waiting++;
      await sleep(delay);
      client.waiting--;
    },
  };
}

function delayAfter(wrong: number): number {
  if (wrong <= FREE_ATTEMPTS) return 0;
  return Math.min(FIRST_DELAY_MS * 2 ** (wrong - FREE_ATTEMPTS - 1), MAX_DELAY_MS);
}

/** An IPv6 customer has 2^64 addresses, so a /64 counts as one. */
function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  // Loaded only when needed: a static import would slow down every start.
  const { isIPv6 } = process.getBuiltinModule('node:net');
  if (!isIPv6(address)) return address;
  return firstHalfOf(address);
}

function firstHalfOf(address: string): string {
  const [before = '', after] = (address.split('%')[0] ?? '').split('::');
  const head = before.split(':').filter(Boolean);
  if (after === undefined) return head.slice(0, 4).join(':');
  const tail = after.split(':').filter(Boolean);
  const zeros = Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0');
  return [...head, ...zeros, ...tail].slice(0, 4).join(':');
}
