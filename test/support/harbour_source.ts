import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveDeps } from '../../src/sources/connection.ts';
import type { Post } from '../../src/sources/post.ts';
import {
  NotFound,
  RateLimited,
  type Source,
  SourceUnavailable,
  Unauthorised,
} from '../../src/sources/source.ts';

const PAGE_SIZE = 10;
const CENTS = 0.005;

/** What the harbour answers: each kind of failure repeats the secret, as a careless library does. */
export type HarbourMood = 'well' | 'refuses' | 'is down' | 'is broken' | 'limits';

export interface Harbour {
  source: Source;
  mood: HarbourMood;
  /** Until when it limits requests. */
  limitedUntil: Date;
}

/**
 * A live source without a network: authors can be read without credentials, topics with a password or
 * a paid key. It has one author, `quay`.
 */
export function createHarbour({ credentials, rateLimits, budgets }: LiveDeps): Harbour {
  async function connect(used = credentials): Promise<{ method: string; who: string }> {
    const stored = await used.read('harbour');
    const secret = stored?.values.password ?? stored?.values.key ?? '';
    switch (harbour.mood) {
      case 'refuses':
        throw new Unauthorised(`The harbour refused the secret ${secret}. Enter it again.`);
      case 'is down':
        throw new SourceUnavailable(`The harbour did not accept ${secret}: 503.`, {
          cause: new Error(`sent ${secret}`),
        });
      case 'is broken':
        throw new TypeError(`Cannot read ${secret}`);
      case 'limits':
        await rateLimits.hold('harbour:all', harbour.limitedUntil);
        throw new RateLimited('The harbour limits requests.', harbour.limitedUntil);
    }
    if (!stored) throw new Unauthorised('Connect the harbour on the Sources page.');
    return { method: stored.method, who: stored.values.name ?? 'a key' };
  }

  async function* pages(count: number, isPaid: boolean) {
    for (let start = 0; start < count; start += PAGE_SIZE) {
      const reserved = isPaid ? await budgets.reserve('harbour', PAGE_SIZE, 1) : undefined;
      const items = Array.from({ length: reserved?.posts ?? PAGE_SIZE }, (_, n) => post(start + n));
      await reserved?.settle(items.length);
      yield { items, ...(start + PAGE_SIZE < count && { cursor: String(start + PAGE_SIZE) }) };
    }
  }

  const harbour: Harbour = {
    mood: 'well',
    limitedUntil: new Date(0),
    source: {
      name: 'harbour',
      label: 'the harbour',
      pageSize: PAGE_SIZE,
      pageMs: 1_000,
      cost: 'Nothing with a password, $0.005 a post with a key',
      connection: {
        methods: [PASSWORD, KEY],
        without: 'Authors and profiles',
        async test(signal, trial) {
          await sleep(0, undefined, { signal });
          return `Connected as @${(await connect(trial)).who}`;
        },
      },
      async *posts({ username }) {
        if (harbour.mood !== 'well') await connect();
        if (username !== 'quay') throw new NotFound(`There is no user ${username} in the harbour.`);
        yield* pages(20, false);
      },
      async *search() {
        const { method } = await connect();
        yield* pages(1_000, method === 'key');
      },
    },
  };
  return harbour;
}

const PASSWORD = {
  name: 'password',
  label: 'Password',
  help: 'The one that the harbour master gave you. It opens topics.',
  fields: [
    { name: 'name', label: 'Name', help: 'Without @.', secret: false },
    {
      name: 'password',
      label: 'Password',
      secret: true,
      problem: (value: string) =>
        value.length < 8 ? 'Password must have at least 8 characters.' : undefined,
    },
    { name: 'server', label: 'Server', secret: false, default: 'https://harbour.example' },
  ],
};

const KEY = {
  name: 'key',
  label: 'Paid key',
  help: 'From the harbour office. It opens topics and costs money.',
  fields: [{ name: 'key', label: 'Key', secret: true }],
  paid: { costPerPost: CENTS, currency: 'USD' },
};

function post(index: number): Post {
  return {
    source: 'harbour',
    id: String(index),
    kind: 'post',
    author: 'quay',
    authorName: 'The quay',
    text: `Ship ${index} has arrived.`,
    createdAt: new Date(Date.UTC(2026, 0, 1) - index * 60_000),
    links: [],
    media: [],
  };
}
