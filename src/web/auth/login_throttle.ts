/** So many wrong ones are answered at once: people mistype. */
const FREE = 4;

const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 4_000;

/** So many wrong ones of an address may wait for their answer. */
const MAX_WAITING = 3;

/** Without a wrong one for this long an address begins anew, in ms. */
const FORGOTTEN_AFTER_MS = 15 * 60_000;

/** So many addresses are remembered; those that were quiet longest are forgotten first. */
const MAX_ADDRESSES = 10_000;

/** Wrong tokens from this address still wait for their answer. */
export class TooManyGuesses extends Error {
  override readonly name = 'TooManyGuesses';

  constructor(readonly retryAfterSeconds: number) {
    super('Too many wrong tokens came from this address.');
  }
}

interface Guesser {
  wrong: number;
  waiting: number;
  lastAt: number;
}

interface Surroundings {
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** Slows those who try tokens, one address at a time: others do not notice. */
export function createGuesses({ now, sleep }: Surroundings = { now: Date.now, sleep: Bun.sleep }) {
  const guessers = new Map<string, Guesser>();

  function guesserOf(address: string): Guesser {
    const known = guessers.get(networkOf(address));
    if (known && now() - known.lastAt < FORGOTTEN_AFTER_MS) return known;
    return { wrong: 0, waiting: 0, lastAt: now() };
  }

  /** Puts it last in the order in which they are forgotten. */
  function remember(address: string, guesser: Guesser): void {
    const network = networkOf(address);
    guessers.delete(network);
    guessers.set(network, guesser);
    const [oldest] = guessers.keys();
    if (guessers.size > MAX_ADDRESSES && oldest !== undefined) guessers.delete(oldest);
  }

  return {
    /** @throws TooManyGuesses, and then not even a right token should be looked at. */
    refuseTooMany(address: string): void {
      const { waiting, wrong } = guesserOf(address);
      if (waiting >= MAX_WAITING) throw new TooManyGuesses(Math.ceil(delayAfter(wrong) / 1000));
    },

    /**
     * Counts a wrong one, and resolves when it may be answered. Its place is taken until then, so
     * nothing is gained by hanging up.
     */
    async wrong(address: string): Promise<void> {
      const guesser = guesserOf(address);
      guesser.wrong++;
      guesser.lastAt = now();
      remember(address, guesser);
      const delay = delayAfter(guesser.wrong);
      if (delay === 0) return;
      guesser.waiting++;
      await sleep(delay);
      guesser.waiting--;
    },
  };
}

function delayAfter(wrong: number): number {
  if (wrong <= FREE) return 0;
  return Math.min(FIRST_DELAY_MS * 2 ** (wrong - FREE - 1), MAX_DELAY_MS);
}

/** An IPv6 customer has 2^64 addresses of their own, and counts as one. */
function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  // Imported above it would be loaded at every start, which takes as long as all the pages do.
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
