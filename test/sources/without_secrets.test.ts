import { afterAll, beforeAll, expect, test } from 'bun:test';
import { createConnections } from '../../src/connections/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import type { Credentials } from '../../src/sources/connection.ts';
import { createSources } from '../../src/sources/index.ts';
import { type Source, Unauthorised } from '../../src/sources/source.ts';
import { withoutSecrets } from '../../src/sources/without_secrets.ts';
import { type BlueskyDouble, startBlueskyDouble } from '../support/bluesky_double.ts';

const REFUSED = 'Bluesky refuses the handle or the app password. Make a new app password.';
const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.invented';

/** What the error of a test says, when `session` is stored and the source throws `message`. */
async function shown(session: unknown, message: string): Promise<string> {
  const credentials = {
    read: async () => ({ method: 'app_password', values: {}, updatedAt: new Date() }),
    readSession: async () => ({ value: session, version: 1 }),
  } as unknown as Credentials;
  const source = {
    name: 'bluesky',
    connection: {
      methods: [],
      test: async () => {
        throw new Unauthorised(message);
      },
    },
    async *posts() {},
  } as unknown as Source;
  const test = withoutSecrets(source, credentials).connection?.test;
  const failure = await test?.(new AbortController().signal).catch((error: Error) => error.message);
  return String(failure);
}

test('the stored reason of a refused login is no secret', async () => {
  expect(await shown({ refused: REFUSED, at: 1 }, REFUSED)).toBe(REFUSED);
});

test('a stored token does not appear in a message', async () => {
  const message = await shown({ accessJwt: TOKEN }, `Refused: ${TOKEN}`);
  expect(message).toBe('Refused: [secret]');
});

let double: BlueskyDouble;
beforeAll(async () => {
  double = await startBlueskyDouble();
  double.world.account('ida.long-name.example');
});
afterAll(() => double.stop());

test('why a login was refused is shown in full, each time', async () => {
  const db = openDatabase(':memory:');
  const secretKey = crypto.getRandomValues(new Uint8Array(32));
  let time = Date.now();
  const live = createConnections({ db, secretKey, now: () => new Date(time) });
  const password = 'wrong-word-wron-word';
  await live.credentials.replace('bluesky', 'app_password', {
    identifier: 'ida.long-name.example',
    password,
    server: double.url,
  });
  const sources = createSources({
    samplePageMs: 0,
    importsDir: '/nowhere',
    blueskyUrl: double.url,
    xUrl: double.url,
    xApiUrl: double.url,
    live,
  });
  const { connection } = sources.get('bluesky') ?? {};
  for (let round = 0; round < 2; round++) {
    // Sign-ins have a gap of 10 s.
    time += 60_000;
    const failure = await connection?.test(AbortSignal.timeout(60_000)).catch((error) => error);
    expect(failure.message).toStartWith('Bluesky refuses the handle or the app password. Make a');
    expect(failure.message).not.toContain('[secret]');
    expect(failure.message).not.toContain(password);
  }
});
